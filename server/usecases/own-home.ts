import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { personHome } from "#server/person-home.ts";
import type { Home } from "#server/ports/homes.ts";

/** The asking person's own home, where they may do that with it; everybody has exactly one, and nobody another's. */
export async function ownHome(ctx: Context, permission: "home:read" | "home:write"): Promise<Result<Home>> {
  const { actor } = ctx;
  if (actor.kind !== "user") return fail("unauthenticated", "Sign in to see your files.");
  if (!can(actor, permission, { ownerId: actor.userId }))
    return fail("forbidden", permission === "home:read" ? "This token may not read files." : "This token may not change files.");
  const person = await ctx.store.findUser(actor.userId);
  return person ? ok(personHome(person)) : fail("unauthenticated", "Sign in to see your files.");
}
