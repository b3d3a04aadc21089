import type { Queryable } from "./connect.ts";

export function officialRequestQueries(_connection: Queryable) {
  return {};
}
