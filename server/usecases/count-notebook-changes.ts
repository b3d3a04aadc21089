import type { NotebookDiff } from "#lib/domain/notebook-diff.ts";
import type { FileChange } from "#lib/domain/project.ts";
import { kindOfFile } from "#lib/files/file-kind.ts";
import { ok } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { prepareNotebookDiff } from "#server/notebook/prepare-notebook.ts";
import type { WorkingPlace } from "./hold-working-copy.ts";
import { readWorkFile, type Work } from "./read-work.ts";
import type { Tree } from "./version-lookup.ts";

/** Larger ones are named without what became of their cells. */
const limitBytes = 16 * 1024 * 1024;

/** What became of the cells of the notebook that a message names: the first that changed. Asked again for the same contents, it is remembered. */
export async function countNotebookChanges(
  ctx: Context,
  place: WorkingPlace,
  base: Tree,
  work: Work,
  changes: readonly FileChange[],
): Promise<ReadonlyMap<string, NotebookDiff["counts"]>> {
  const counts = new Map<string, NotebookDiff["counts"]>();
  const first = changes.find(({ kind, path }) => kind === "changed" && kindOfFile(path) === "notebook");
  const [before, after] = first ? [base.get(first.path), work.get(first.path)] : [];
  if (!first || !before || !after || after.bytes > limitBytes) return counts;
  const diff = await prepareNotebookDiff(
    { blob: before.blob, read: () => ctx.forge.readBlob(place.project.repositoryId, before.blob, limitBytes) },
    {
      blob: after.saved,
      read: async () => {
        const read = await readWorkFile(ctx, place, after);
        return read.ok ? ok(read.value.bytes) : read;
      },
    },
  );
  // Half-written just now, or no notebook: it is named all the same.
  if (diff.ok) counts.set(first.path, diff.value.counts);
  return counts;
}
