import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";

/** Signs a person out everywhere; `keepThis` spares the browser that asks. */
export async function revokeSessions(ctx: Context, input: { keepThis: boolean }): Promise<Result<{ revoked: number }>> {
  const { actor } = ctx;
  if (actor.kind !== "user" || actor.via.kind !== "session") return fail("unauthenticated", "Sign in first.");
  const except = input.keepThis ? actor.via.sessionId : null;
  const revoked = await ctx.store.transaction(async (tx) => {
    const ids = await tx.revokeSessionsOf(actor.userId, except, ctx.now());
    for (const id of ids) await tx.notify("session_revoked", id);
    return ids.length;
  });
  return ok({ revoked });
}
