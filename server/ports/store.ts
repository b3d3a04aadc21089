import type { createStore } from "#server/adapters/store/store.ts";

/** There is one SQL implementation; the port is its type, so that the two cannot drift apart. */
export type Store = ReturnType<typeof createStore>;
