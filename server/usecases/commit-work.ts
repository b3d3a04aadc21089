import type { CommitId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { authorOf } from "./author-of.ts";
import { collectWork } from "./collect-work.ts";
import type { WorkingPlace } from "./hold-working-copy.ts";
import { readWork } from "./read-work.ts";
import { treeOf } from "./version-lookup.ts";

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
  const collected = await collectWork(ctx, place, base.value, work.value, null);
  if (!collected.ok) return collected;
  const { changes } = collected.value;
  if (baseCommit !== null && changes.size === 0) return ok(baseCommit);
  return ctx.forge.commit(repositoryId, { ref: null, parent: baseCommit, message: "Tried out\n", author: authorOf(place.person, ctx.now()), changes });
}
