import type { FileDiff } from "#lib/domain/project.ts";
import { imageTypeOf, kindOfFile, readText } from "#lib/files/file-kind.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { prepareTextDiff } from "#lib/text/prepare-text-diff.ts";
import type { Context } from "#server/context.ts";
import { type DiffSide, prepareNotebookDiff } from "#server/notebook/prepare-notebook.ts";
import { findVersionFile, readVersionFile } from "./read-version-file.ts";

export type DiffFile = {
  readonly projectId: string;
  readonly path: string;
  /** Where it was before, if it moved. */
  readonly fromPath?: string | undefined;
  /** A version, "newest", "base" (of one's own working copy), or null for nothing at all. */
  readonly from: string | null;
  /** A version, "newest", or "working". */
  readonly to: string;
};

/** Of one side. Larger files are told by their sizes. */
const limits = { text: 2 * 1024 * 1024, notebook: 64 * 1024 * 1024 };

type Side = { readonly blob: string; readonly bytes: number; readonly read: (limitBytes: number) => Promise<Result<Uint8Array>> };

/** How one file differs between two states of a project. A side where it is not is an empty one. */
export async function diffFile(ctx: Context, input: DiffFile): Promise<Result<FileDiff>> {
  const [before, after] = await Promise.all([
    input.from === null ? ok(null) : sideOf(ctx, { projectId: input.projectId, commit: input.from, path: input.fromPath ?? input.path }),
    sideOf(ctx, { projectId: input.projectId, commit: input.to, path: input.path }),
  ]);
  if (!before.ok) return before;
  if (!after.ok) return after;
  if (!before.value && !after.value) return fail("not_found", "No such file.");
  const shown = await shownDiff(input.path, before.value, after.value);
  return shown.ok ? ok({ path: input.path, beforeBytes: before.value?.bytes ?? null, afterBytes: after.value?.bytes ?? null, shown: shown.value }) : shown;
}

type Named = { readonly projectId: string; readonly commit: string; readonly path: string };

/** Null where that state has no such file. */
async function sideOf(ctx: Context, named: Named): Promise<Result<Side | null>> {
  const found = await findVersionFile(ctx, named);
  if (!found.ok) return found.failure.code === "not_found" ? ok(null) : found;
  const { blob, bytes } = found.value;
  return ok({ blob, bytes, read: (limitBytes) => readVersionFile(ctx, { ...named, limitBytes }) });
}

async function shownDiff(path: string, before: Side | null, after: Side | null): Promise<Result<FileDiff["shown"]>> {
  if (before?.blob === after?.blob) return ok({ kind: "same" });
  if (imageTypeOf(path) !== null) return ok({ kind: "image" });
  const isNotebook = kindOfFile(path) === "notebook";
  const limitBytes = isNotebook ? limits.notebook : limits.text;
  if (Math.max(before?.bytes ?? 0, after?.bytes ?? 0) > limitBytes) return ok({ kind: "large", limitBytes });
  if (isNotebook) {
    const diff = await prepareNotebookDiff(notebookSide(before, limitBytes), notebookSide(after, limitBytes));
    if (diff.ok) return ok({ kind: "notebook", diff: diff.value });
    return diff.failure.code === "invalid" ? ok({ kind: "unreadable", message: diff.failure.message }) : diff;
  }
  const [old, now] = await Promise.all([before, after].map(async (side) => (side ? side.read(limitBytes) : ok(new Uint8Array()))));
  if (!old?.ok || !now?.ok) return !old || old.ok ? ((now ?? fail("not_found", "No such file.")) as Result<never>) : old;
  const [oldText, newText] = [readText(old.value), readText(now.value)];
  return ok(oldText === null || newText === null ? { kind: "binary" } : { kind: "text", diff: prepareTextDiff(oldText, newText, path) });
}

function notebookSide(side: Side | null, limitBytes: number): DiffSide | null {
  return side && { blob: side.blob, read: () => side.read(limitBytes) };
}
