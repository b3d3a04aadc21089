import type { RunId } from "#lib/domain/ids.ts";
import type { Store } from "#server/ports/store.ts";

type Asked = Pick<Store, "listQueuePlaces">;
type Known = { readonly at: number; readonly places: Promise<ReadonlyMap<RunId, number>> };

const known = new WeakMap<Asked, Known>();
const trueForMs = 900;

/** How many runs are served before this one, null once it no longer waits. Asked of the database once a second, however many people watch. */
export async function queuePlace(store: Asked, id: RunId): Promise<number | null> {
  const last = known.get(store);
  const isFresh = last !== undefined && performance.now() - last.at < trueForMs;
  const place = isFresh ? (await last.places).get(id) : undefined;
  // One that is not there has been queued since, or taken: the next answer is true for all who wait.
  return place ?? (await ask(store)).get(id) ?? null;
}

function ask(store: Asked): Promise<ReadonlyMap<RunId, number>> {
  const places = store.listQueuePlaces();
  known.set(store, { at: performance.now(), places });
  places.catch(() => known.delete(store));
  return places;
}
