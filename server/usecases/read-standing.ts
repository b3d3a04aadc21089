import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { HeldPlace, WorkingPlace } from "./hold-working-copy.ts";
import { changesBetween, readWork, savedTree, type Work, workTree } from "./read-work.ts";
import { finishUpdate, type UpdatedPlace } from "./update-files.ts";
import { newestOf, type Tree, treeOf } from "./version-lookup.ts";

/** `base` is the tree of the place's base, and `work` what stands beside it. */
export type Standing<P extends WorkingPlace> = { readonly place: P; readonly base: Tree; readonly work: Work };

/**
 * A working copy beside the version that its files stand on: the newest, where they hold all that it changed, else the one
 * that was noted. So it is after a save that was cut off once its version was there, and where two people wrote the same.
 */
export async function readStanding<P extends WorkingPlace>(ctx: Context, place: P): Promise<Result<Standing<P>>> {
  const { project, row } = place;
  const base = await treeOf(ctx, project.repositoryId, row.baseCommit);
  if (!base.ok) return base;
  const work = await readWork(ctx, place, base.value);
  if (!work.ok) return work;
  const noted = ok({ place, base: base.value, work: work.value });
  const newest = await newestOf(ctx, project.repositoryId);
  if (!newest.ok || newest.value === null || newest.value === row.baseCommit || row.pendingCommit !== null) return noted;
  const theirs = await treeOf(ctx, project.repositoryId, newest.value);
  if (!theirs.ok || !holdsAll(work.value, base.value, theirs.value)) return noted;
  return ok({ place: { ...place, row: { ...row, baseCommit: newest.value } }, base: theirs.value, work: work.value });
}

export type Settled = Standing<HeldPlace> & Pick<UpdatedPlace, "notes">;

/** The same once what a crash left in the middle is finished, and notes it: nobody else works on a place that is held. */
export async function settleStanding(ctx: Context, held: HeldPlace): Promise<Result<Settled>> {
  const finished = await finishUpdate(ctx, held);
  if (!finished.ok) return finished;
  const { place, notes } = finished.value;
  const standing = await readStanding(ctx, place);
  if (!standing.ok) return standing;
  const { row } = standing.value.place;
  if (row.baseCommit !== null && row.baseCommit !== place.row.baseCommit) await ctx.store.setWorkingCopyBase(row.id, row.baseCommit, ctx.now());
  return ok({ ...standing.value, notes });
}

function holdsAll(work: Work, base: Tree, newest: Tree): boolean {
  const here = savedTree(work);
  const there = workTree(newest);
  const paths = changesBetween(workTree(base), there).flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
  return paths.every((path) => here.get(path)?.blob === there.get(path)?.blob && here.get(path)?.kind === there.get(path)?.kind);
}
