import type { TokenId } from "#lib/domain/ids.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";

/** From then on the token lets nobody in. Somebody else's answers like none. */
export async function revokeToken(ctx: Context, input: { tokenId: TokenId }): Promise<Result<void>> {
  if (ctx.actor.kind !== "user") return fail("unauthenticated", "Sign in first.");
  const token = await ctx.store.findToken(input.tokenId);
  if (!token || token.revokedAt !== null || !can(ctx.actor, "token:manage", { ownerId: token.userId })) return fail("not_found", "No such token.");
  await ctx.store.revokeToken(token.id, ctx.now());
  return ok(undefined);
}
