import type { Failure } from "#lib/result.ts";
import { isDatabaseAway } from "#server/database-away.ts";

/** What nobody did wrong and passes by itself, in words; null for what nobody expected. */
export function passingFailure(error: unknown): Failure | null {
  if (!isDatabaseAway(error)) return null;
  return {
    code: "unavailable",
    message: "The server cannot reach its database, or it has no room, at the moment. Try again in a few seconds; what was saved before is kept.",
    retryAfterSeconds: 5,
  };
}
