import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { NewContent } from "#server/ports/forge.ts";
import type { WorkingPlace } from "./hold-working-copy.ts";
import { authorOf } from "./make-checks.ts";
import { readWork, readWorkFile, workTree } from "./read-work.ts";
import { treeOf } from "./version-lookup.ts";

/** Contents that are in memory at once. */
const batchBytes = 64 * 1024 * 1024;

/**
 * The files of a working copy as a commit that no branch names: something that a kernel can be given, while the project
 * has no version of it. What a version would not take is not in it either.
 */
export async function commitWork(ctx: Context, place: WorkingPlace): Promise<Result<CommitId>> {
  const { repositoryId } = place.project;
  const { baseCommit } = place.row;
  const base = await treeOf(ctx, repositoryId, baseCommit);
  if (!base.ok) return base;
  const work = await readWork(ctx, place, base.value);
  if (!work.ok) return work;
  const gone = [...workTree(base.value).keys()].filter((path) => !work.value.has(path));
  const changed = [...work.value.values()].filter((file) => base.value.get(file.path)?.blob !== file.saved && file.bytes <= ctx.config.projects.fileBytes);
  if (baseCommit !== null && gone.length === 0 && changed.length === 0) return ok(baseCommit);
  const known = new Set<BlobId>([...base.value.values()].map((file) => file.blob));
  const author = authorOf(place.person, ctx.now());
  let parent: CommitId | null = baseCommit;
  let changes = new Map<string, NewContent>(gone.map((path) => [path, null]));
  let bytes = 0;
  const flush = async (): Promise<Result<CommitId>> => {
    const committed = await ctx.forge.commit(repositoryId, { ref: null, parent, message: "Tried out\n", author, changes });
    changes = new Map();
    bytes = 0;
    return committed;
  };
  for (const file of changed) {
    if (known.has(file.saved)) changes.set(file.path, { blob: file.saved, kind: file.kind });
    else {
      const content = await readWorkFile(ctx, place, file);
      // Gone or grown in this moment: what is tried out is what is there.
      if (!content.ok) continue;
      changes.set(file.path, content.value.bytes);
      bytes += content.value.bytes.byteLength;
    }
    if (bytes < batchBytes) continue;
    const committed = await flush();
    if (!committed.ok) return committed;
    parent = committed.value;
  }
  return changes.size > 0 || parent === null ? flush() : ok(parent);
}
