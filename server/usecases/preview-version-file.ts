import type { ShownFile } from "#lib/domain/file-preview.ts";
import type { PreparedNotebook } from "#lib/domain/notebook-view.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type PreparedOutputContent, prepareNotebook, type ReadContent, readPreparedOutput } from "#server/notebook/prepare-notebook.ts";
import { notebookBytes, previewContent } from "./preview-content.ts";
import { type NamedVersionFile, openVersionFile, readVersionFile } from "./read-version-file.ts";

/** A file of a version as a page shows it: at most the first megabyte is read, whatever its size. */
export async function previewVersionFile(ctx: Context, input: NamedVersionFile): Promise<Result<ShownFile>> {
  const opened = await openVersionFile(ctx, input);
  if (!opened.ok) return opened;
  const { name, commit, blob, bytes } = opened.value;
  return ok({ path: input.path, name, commit, blob, bytes, preview: await previewContent(opened.value, input.path) });
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
  return () => readVersionFile(ctx, { ...input, limitBytes: notebookBytes });
}

async function blobOf(ctx: Context, input: NamedVersionFile): Promise<Result<string>> {
  const opened = await openVersionFile(ctx, input);
  if (!opened.ok) return opened;
  await opened.value.stream.cancel();
  return ok(opened.value.blob);
}
