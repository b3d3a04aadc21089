import type { Operation } from "./operations.ts";

/** Working copies and saved versions. */
export const versionOperations = {} as const satisfies Record<string, Operation>;
