import type { Store } from "#server/ports/store.ts";

/** Engines say every few seconds that they are there, and what they can do: one that has not for so long is not counted on. */
const aliveMs = 30_000;

export function liveEngines(store: Pick<Store, "listEngines">, now: Date): ReturnType<Store["listEngines"]> {
  return store.listEngines(new Date(now.getTime() - aliveMs));
}
