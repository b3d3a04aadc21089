import type { FilePreview } from "#lib/domain/file-preview.ts";
import type { HomeEntryView } from "#lib/domain/home.ts";
import type { PreparedNotebook } from "#lib/domain/notebook-view.ts";
import { nearbyInHome } from "#lib/files/nearby-files.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type PreparedOutputContent, prepareNotebook, type ReadContent, readPreparedOutput } from "#server/notebook/prepare-notebook.ts";
import { homeEntryView } from "./home-view.ts";
import { findHomeEntry, openHomeFile } from "./open-home-file.ts";
import { notebookBytes, previewContent } from "./preview-content.ts";

export type HomeFilePreview = { readonly entry: HomeEntryView; readonly preview: FilePreview };

/** A file of one's own home as a page shows it. */
export async function previewHomeFile(ctx: Context, input: { path: string }): Promise<Result<HomeFilePreview>> {
  const opened = await openHomeFile(ctx, input);
  if (!opened.ok) return opened;
  const { entry, totalBytes, stream } = opened.value;
  return ok({ entry: homeEntryView(entry), preview: await previewContent({ bytes: totalBytes, stream }, input.path, nearbyInHome(input.path)) });
}

/** The whole notebook, for its page; while the file stays as it is, it is prepared once. */
export async function prepareHomeNotebook(ctx: Context, input: { path: string }): Promise<Result<PreparedNotebook>> {
  const name = await nameOfContent(ctx, input);
  return name.ok ? prepareNotebook(name.value, contentOf(ctx, input)) : name;
}

/** What the notebook's page left where it is, one output at a time. */
export async function readHomeOutput(ctx: Context, input: { path: string; cell: number; position: number }): Promise<Result<PreparedOutputContent>> {
  const name = await nameOfContent(ctx, input);
  return name.ok ? readPreparedOutput(name.value, input.cell, input.position, contentOf(ctx, input)) : name;
}

/** Names what is in the file, for who remembers what was made of it: stamps differ between all files of a machine. */
async function nameOfContent(ctx: Context, input: { path: string }): Promise<Result<string>> {
  const found = await findHomeEntry(ctx, input);
  return found.ok ? ok(`home:${found.value.stamp}`) : found;
}

function contentOf(ctx: Context, input: { path: string }): ReadContent {
  return async () => {
    const opened = await openHomeFile(ctx, input);
    if (!opened.ok) return opened;
    const { stream, totalBytes } = opened.value;
    if (totalBytes > notebookBytes) {
      await stream.cancel();
      return fail("too_large", "This notebook is too large to be shown here. Download it, or open it in JupyterLab.");
    }
    return ok(await new Response(stream).bytes());
  };
}
