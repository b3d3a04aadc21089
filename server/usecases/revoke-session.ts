import type { SessionId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";

/** Signs one of one's own browsers out; it counts at once, in every process. */
export async function revokeSession(ctx: Context, input: { sessionId: SessionId }): Promise<Result<void>> {
  const { actor } = ctx;
  if (actor.kind !== "user" || actor.via.kind !== "session") return fail("unauthenticated", "Sign in first.");
  const revoked = await ctx.store.transaction(async (tx) => {
    const done = await tx.revokeSession(input.sessionId, actor.userId, ctx.now());
    if (done) await tx.notify("session_revoked", input.sessionId);
    return done;
  });
  return revoked ? ok(undefined) : fail("not_found", "No such session.");
}
