import { and, desc, eq, gt, isNull, ne } from "drizzle-orm";
import { sessions, users } from "#drizzle/schema/index.ts";
import type { SessionId, UserId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";
import type { User } from "./users.ts";

export type Session = typeof sessions.$inferSelect;

export function sessionQueries({ db }: Queryable) {
  return {
    async insertSession(session: Pick<Session, "id" | "userId" | "userAgent" | "expiresAt">): Promise<void> {
      await db.insert(sessions).values(session);
    },

    /** A session that still lets somebody in, with its person. */
    async findLiveSession(id: SessionId, now: Date): Promise<{ session: Session; user: User } | null> {
      const [row] = await db
        .select({ session: sessions, user: users })
        .from(sessions)
        .innerJoin(users, eq(users.id, sessions.userId))
        .where(and(eq(sessions.id, id), isNull(sessions.revokedAt), gt(sessions.expiresAt, now), isNull(users.suspendedAt)));
      return row ?? null;
    },

    async listLiveSessions(userId: UserId, now: Date): Promise<Session[]> {
      return db
        .select()
        .from(sessions)
        .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
        .orderBy(desc(sessions.seenAt));
    },

    async touchSession(id: SessionId, now: Date): Promise<void> {
      await db.update(sessions).set({ seenAt: now }).where(eq(sessions.id, id));
    },

    /** False where it is not the person's own, or already revoked. */
    async revokeSession(id: SessionId, userId: UserId, now: Date): Promise<boolean> {
      const revoked = await db
        .update(sessions)
        .set({ revokedAt: now })
        .where(and(eq(sessions.id, id), eq(sessions.userId, userId), isNull(sessions.revokedAt)))
        .returning({ id: sessions.id });
      return revoked.length > 0;
    },

    /** All of a person's sessions but one; answers which. */
    async revokeSessionsOf(userId: UserId, except: SessionId | null, now: Date): Promise<SessionId[]> {
      const revoked = await db
        .update(sessions)
        .set({ revokedAt: now })
        .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), except === null ? undefined : ne(sessions.id, except)))
        .returning({ id: sessions.id });
      return revoked.map((row) => row.id);
    },
  };
}
