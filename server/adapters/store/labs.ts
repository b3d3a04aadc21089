import type { Queryable } from "./connect.ts";

export function labQueries(_connection: Queryable) {
  return {};
}
