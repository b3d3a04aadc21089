import type { Queryable } from "./connect.ts";

export function runQueueQueries(_connection: Queryable) {
  return {};
}
