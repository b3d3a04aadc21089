import { personHome } from "#server/person-home.ts";
import type { RunPlace, Storage } from "#server/ports/storage.ts";
import type { Queries, RunHead } from "#server/ports/store.ts";

/** Where a run's files are: in its owner's home, or among those that nobody owns. */
export async function runPlace(queries: Pick<Queries, "findUser">, run: Pick<RunHead, "id" | "ownerId" | "worksheetSlug" | "queuedAt">): Promise<RunPlace> {
  const owner = run.ownerId === null ? null : await queries.findUser(run.ownerId);
  const whose = owner ? personHome(owner) : { username: null, uid: null };
  return { ...whose, worksheetSlug: run.worksheetSlug, runId: run.id, queuedAt: run.queuedAt };
}

/**
 * The places to look for a run's files, the likeliest first. A visitor's answer from the cache has the files of the run
 * it came from; a run claimed in the moment it ended may have left its files with nobody.
 */
export async function placesOf(ctx: { readonly store: Pick<Queries, "findUser" | "findRun"> }, run: RunHead): Promise<RunPlace[]> {
  const source = run.cachedFromId === null ? null : await ctx.store.findRun(run.cachedFromId);
  const places = await Promise.all([run, ...(source ? [source] : [])].map((one) => runPlace(ctx.store, one)));
  return places.flatMap((place) => (place.username === null ? [place] : [place, { ...place, username: null, uid: null }]));
}

/** Puts the files that answer for a person's run into the place that is the run's own: whoever had them first may lose them. */
export async function keepAnswer(storage: Storage, from: readonly RunPlace[], to: RunPlace): Promise<void> {
  for (const place of from) await storage.shareFiles(place, to);
}
