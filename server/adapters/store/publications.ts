import type { Queryable } from "./connect.ts";

export function publicationQueries(_connection: Queryable) {
  return {};
}
