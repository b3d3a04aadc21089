import type { Operation } from "./operations.ts";

/** Projects, their worksheets and copies. */
export const projectOperations = {} as const satisfies Record<string, Operation>;
