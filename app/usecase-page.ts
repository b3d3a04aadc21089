import "server-only";
import { notFound } from "next/navigation";
import type { Result } from "#lib/result.ts";

/** What a page shows, or the page that says there is nothing: what one may not read does not exist. Anything else is the error page's. */
export function shown<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  if (result.failure.code === "not_found" || result.failure.code === "forbidden" || result.failure.code === "invalid") notFound();
  throw new Error(result.failure.message);
}
