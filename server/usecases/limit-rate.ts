import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";

/** What is counted, and for whom. Closed: a new limit is a line here. */
const limits = {
  "sign-in:address": { limit: 60, windowSeconds: 600 },
  // Strict for one address and one name; the name alone only so far that nobody can keep its owner out from one place.
  "sign-in:pair": { limit: 10, windowSeconds: 600 },
  "sign-in:name": { limit: 100, windowSeconds: 600 },
  "sign-up:address": { limit: 30, windowSeconds: 3600 },
  // A class of fifty behind one address, each trying something every few seconds, passes.
  "run:address": { limit: 1200, windowSeconds: 600 },
  "run:user": { limit: 600, windowSeconds: 600 },
  // Each leaves a row for days: the same class asks a hundred new questions each.
  "answer:address": { limit: 10_000, windowSeconds: 86_400 },
  "lab:user": { limit: 120, windowSeconds: 600 },
  "upload:address": { limit: 200, windowSeconds: 600 },
  // Each leaves a repository.
  "project:user": { limit: 120, windowSeconds: 3600 },
  // Each may take a processor for minutes.
  "environment:user": { limit: 30, windowSeconds: 600 },
  // Each walks through a whole folder.
  "archive:user": { limit: 60, windowSeconds: 600 },
  "upload:user": { limit: 300, windowSeconds: 600 },
} as const;

export type LimitName = keyof typeof limits;

export async function limitRate(ctx: Context, name: LimitName, whom: string): Promise<Result<void>> {
  const counted = await ctx.store.countRate(`${name}:${whom}`, limits[name], ctx.now());
  if (counted.allowed) return ok(undefined);
  return fail("too_many", "Too many tries. Wait a little and try again.", { retryAfterSeconds: counted.retryAfterSeconds });
}

/** Where a request comes from, as limits count it: an IPv6 customer has a whole /64. */
export function limitedAddress(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = address.includes("::") ? 8 - groups.length - (tail === "" ? 0 : tail.split(":").length) : 0;
  return `${[...groups, ...Array<string>(Math.max(0, missing)).fill("0"), ...tail.split(":")].slice(0, 4).join(":")}::/64`;
}
