import type { Queryable } from "./connect.ts";

export function projectListQueries(_connection: Queryable) {
  return {};
}
