import type { Context } from "#server/context.ts";
import type { RunPlace } from "#server/ports/storage.ts";
import type { Queries, RunHead } from "#server/ports/store.ts";

/** Where a run's files are: in its owner's home, or among those that nobody owns. */
export async function runPlace(queries: Pick<Queries, "findUser">, run: Pick<RunHead, "id" | "ownerId" | "worksheetSlug" | "queuedAt">): Promise<RunPlace> {
  const owner = run.ownerId === null ? null : await queries.findUser(run.ownerId);
  return { username: owner?.username ?? null, worksheetSlug: run.worksheetSlug, runId: run.id, queuedAt: run.queuedAt };
}

/**
 * The places to look for a run's files, the likeliest first. An answer from the cache has the files of the run it came
 * from; a run claimed in the moment it ended may have left its files with nobody.
 */
export async function placesOf(ctx: Pick<Context, "store">, run: RunHead): Promise<RunPlace[]> {
  const source = run.cachedFromId === null ? run : await ctx.store.findRun(run.cachedFromId);
  if (!source) return [];
  const place = await runPlace(ctx.store, source);
  return place.username === null ? [place] : [place, { ...place, username: null }];
}
