import type { FilePreview, ShownFile } from "#lib/domain/file-preview.ts";
import type { PreparedNotebook } from "#lib/domain/notebook-view.ts";
import { imageTypeOf, kindOfFile, readText } from "#lib/files/file-kind.ts";
import { readTable } from "#lib/files/read-table.ts";
import { renderMarkdown } from "#lib/markdown.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type PreparedOutputContent, prepareNotebook, type ReadContent, readPreparedOutput } from "#server/notebook/prepare-notebook.ts";
import { type NamedVersionFile, type OpenedVersionFile, openVersionFile, readVersionFile } from "./read-version-file.ts";

const limits = { text: 1024 * 1024, table: 512 * 1024, notebook: 256 * 1024 * 1024 };

/** A file of a version as a page shows it: at most the first megabyte is read, whatever its size. */
export async function previewVersionFile(ctx: Context, input: NamedVersionFile): Promise<Result<ShownFile>> {
  const opened = await openVersionFile(ctx, input);
  if (!opened.ok) return opened;
  const { name, commit, blob, bytes } = opened.value;
  return ok({ path: input.path, name, commit, blob, bytes, preview: await previewOf(opened.value, input.path) });
}

/** The whole notebook, for its page; equal contents are prepared once. */
export async function prepareVersionNotebook(ctx: Context, input: NamedVersionFile): Promise<Result<PreparedNotebook>> {
  const named = await blobOf(ctx, input);
  return named.ok ? prepareNotebook(named.value, contentOf(ctx, input)) : named;
}

/** What the notebook's page left where it is, one output at a time. */
export async function readVersionOutput(ctx: Context, input: NamedVersionFile & { cell: number; position: number }): Promise<Result<PreparedOutputContent>> {
  const named = await blobOf(ctx, input);
  return named.ok ? readPreparedOutput(named.value, input.cell, input.position, contentOf(ctx, input)) : named;
}

function contentOf(ctx: Context, input: NamedVersionFile): ReadContent {
  return () => readVersionFile(ctx, { ...input, limitBytes: limits.notebook });
}

async function blobOf(ctx: Context, input: NamedVersionFile): Promise<Result<string>> {
  const opened = await openVersionFile(ctx, input);
  if (!opened.ok) return opened;
  await opened.value.stream.cancel();
  return ok(opened.value.blob);
}

async function previewOf(file: OpenedVersionFile, path: string): Promise<FilePreview> {
  const kind = kindOfFile(path);
  const type = imageTypeOf(path);
  if (kind === "notebook" || kind === "pdf" || type !== null) {
    await file.stream.cancel();
    return type === null ? { kind: kind === "pdf" ? "pdf" : "notebook" } : { kind: "image", type };
  }
  if (kind === "table") return tablePreview(file, path);
  const start = await readStart(file.stream, limits.text);
  const source = file.bytes > limits.text ? readText(withoutCutCharacter(start)) : readText(start);
  if (source === null) return { kind: "binary" };
  if (file.bytes > limits.text) return { kind: "large" };
  return kind === "markdown" ? { kind: "markdown", html: renderMarkdown(source), source } : { kind: "text", source };
}

async function tablePreview(file: OpenedVersionFile, path: string): Promise<FilePreview> {
  const whole = file.bytes <= limits.table;
  const start = await readStart(file.stream, limits.table);
  const source = readText(whole ? start : withoutCutCharacter(start));
  if (source === null) return { kind: "binary" };
  const table = readTable(source, path, whole);
  if (table) return { kind: "table", table, source: whole ? source : null };
  return whole ? { kind: "text", source } : { kind: "large" };
}

async function readStart(stream: ReadableStream<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.byteLength;
    // Leaving the loop ends the stream.
    if (length >= limitBytes) break;
  }
  return new Uint8Array(Buffer.concat(chunks, Math.min(length, limitBytes)));
}

/** The cut may go through the bytes of one character: what comes after the last whole line is left out. */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(0x0a);
  return end === -1 ? bytes : bytes.subarray(0, end + 1);
}
