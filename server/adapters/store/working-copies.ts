import type { Queryable } from "./connect.ts";

export function workingCopyQueries(_connection: Queryable) {
  return {};
}
