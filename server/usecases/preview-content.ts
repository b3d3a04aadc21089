import type { FilePreview } from "#lib/domain/file-preview.ts";
import { imageTypeOf, kindOfFile, readText } from "#lib/files/file-kind.ts";
import { readTable } from "#lib/files/read-table.ts";
import { renderMarkdown } from "#lib/markdown.ts";
import type { NearbyFiles } from "#lib/markdown-files.ts";

const limits = { text: 1024 * 1024, table: 512 * 1024 };
/** The largest notebook that is prepared for a page. */
export const notebookBytes = 256 * 1024 * 1024;

export type OpenedContent = { readonly bytes: number; readonly stream: ReadableStream<Uint8Array> };

/** What a page shows of a file whose name says it; null where its content has to be looked at. */
export function previewByName(path: string): FilePreview | null {
  const type = imageTypeOf(path);
  if (type !== null) return { kind: "image", type };
  const kind = kindOfFile(path);
  return kind === "notebook" || kind === "pdf" ? { kind } : null;
}

/** What a page shows of a file: at most the first megabyte is read, whatever its size. The stream is read or ended here. */
export async function previewContent(file: OpenedContent, path: string, files: NearbyFiles): Promise<FilePreview> {
  const byName = previewByName(path);
  if (byName) {
    await file.stream.cancel();
    return byName;
  }
  const kind = kindOfFile(path);
  if (kind === "table") return tablePreview(file, path);
  const start = await readStart(file.stream, limits.text);
  const source = file.bytes > limits.text ? readText(withoutCutCharacter(start)) : readText(start);
  if (source === null) return { kind: "binary" };
  if (file.bytes > limits.text) return { kind: "large" };
  if (kind !== "markdown") return { kind: "text", source };
  return { kind: "markdown", html: renderMarkdown(source, { files }), source };
}

async function tablePreview(file: OpenedContent, path: string): Promise<FilePreview> {
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
