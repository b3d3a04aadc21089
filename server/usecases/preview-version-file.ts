import type { ShownFile } from "#lib/domain/file-preview.ts";
import type { PreparedNotebook } from "#lib/domain/notebook-view.ts";
import { nearbyInVersion } from "#lib/files/nearby-files.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type PreparedOutputContent, prepareNotebook, type ReadContent, readPreparedOutput } from "#server/notebook/prepare-notebook.ts";
import { notebookBytes, previewByName, previewContent } from "./preview-content.ts";
import { findVersionFile, type NamedVersionFile, openVersionFile, readVersionFile } from "./read-version-file.ts";

/** `slug` is the project's address, for what the file names of other files. */
export type PreviewVersionFile = NamedVersionFile & { readonly slug: string };

/** A file of a version as a page shows it: at most the first megabyte is read, whatever its size. */
export async function previewVersionFile(ctx: Context, input: PreviewVersionFile): Promise<Result<ShownFile>> {
  const preview = previewByName(input.path);
  if (preview) {
    const found = await findVersionFile(ctx, input);
    return found.ok ? ok({ path: input.path, ...found.value, preview }) : found;
  }
  const opened = await openVersionFile(ctx, input);
  if (!opened.ok) return opened;
  const { stream: _stream, ...found } = opened.value;
  const nearby = nearbyInVersion({ ...input, commit: found.commit, version: input.commit });
  return ok({ path: input.path, ...found, preview: await previewContent(opened.value, input.path, nearby) });
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
  const found = await findVersionFile(ctx, input);
  return found.ok ? ok(found.value.blob) : found;
}
