import type { Operation } from "./operations.ts";

/** What may be asked about one's own home. */
export const homeOperations = {} as const satisfies Record<string, Operation>;
