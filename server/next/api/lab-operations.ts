import type { Operation } from "./operations.ts";

/** Labs, and all of mine that runs. */
export const labOperations = {} as const satisfies Record<string, Operation>;
