import type { Services } from "#server/context.ts";
import { removalLock } from "#server/ports/store.ts";

/** Work that removes files which rows have named: one process at a time, and not while a backup is made. It is due again later. */
export function unlessBackedUp(store: Pick<Services["store"], "withLock">, remove: () => Promise<void>): () => Promise<void> {
  return async () => {
    await store.withLock(removalLock, 0, remove);
  };
}
