import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";

export type SessionCard = {
  readonly id: string;
  readonly userAgent: string | null;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly current: boolean;
};

/** One's own signed-in browsers, the latest first. */
export async function listSessions(ctx: Context): Promise<Result<readonly SessionCard[]>> {
  const { actor } = ctx;
  if (actor.kind !== "user" || actor.via.kind !== "session") return fail("unauthenticated", "Sign in first.");
  const current = actor.via.sessionId;
  const sessions = await ctx.store.listLiveSessions(actor.userId, ctx.now());
  return ok(
    sessions.map((session) => ({
      id: session.id,
      userAgent: session.userAgent,
      createdAt: session.createdAt.toISOString(),
      seenAt: session.seenAt.toISOString(),
      current: session.id === current,
    })),
  );
}
