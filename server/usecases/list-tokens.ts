import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type TokenCard, tokenCard } from "./create-token.ts";

/** One's own tokens that were not revoked, the newest first. */
export async function listTokens(ctx: Context): Promise<Result<readonly TokenCard[]>> {
  const { actor } = ctx;
  if (actor.kind !== "user") return fail("unauthenticated", "Sign in first.");
  if (!can(actor, "token:manage", { ownerId: actor.userId })) return fail("forbidden", "Tokens are managed on the page, not by another token.");
  return ok((await ctx.store.listTokens(actor.userId)).map(tokenCard));
}
