import { and, desc, eq, gt, isNull } from "drizzle-orm";
import { apiTokens, users } from "#drizzle/schema/index.ts";
import type { TokenId, UserId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";
import type { User } from "./users.ts";

export type ApiToken = typeof apiTokens.$inferSelect;

export function tokenQueries({ db }: Queryable) {
  return {
    async insertToken(token: Pick<ApiToken, "id" | "userId" | "name" | "tokenHash" | "scopes" | "expiresAt">): Promise<ApiToken> {
      const [inserted] = await db.insert(apiTokens).values(token).returning();
      if (!inserted) throw new Error("The token was not stored.");
      return inserted;
    },

    /** A token that still lets somebody in, with its person. */
    async findLiveToken(tokenHash: string, now: Date): Promise<{ token: ApiToken; user: User } | null> {
      const [row] = await db
        .select({ token: apiTokens, user: users })
        .from(apiTokens)
        .innerJoin(users, eq(users.id, apiTokens.userId))
        .where(and(eq(apiTokens.tokenHash, tokenHash), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, now), isNull(users.suspendedAt)));
      return row ?? null;
    },

    async listTokens(userId: UserId): Promise<ApiToken[]> {
      return db
        .select()
        .from(apiTokens)
        .where(and(eq(apiTokens.userId, userId), isNull(apiTokens.revokedAt)))
        .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id));
    },

    async findToken(id: TokenId): Promise<ApiToken | null> {
      const [token] = await db.select().from(apiTokens).where(eq(apiTokens.id, id));
      return token ?? null;
    },

    async touchToken(id: TokenId, now: Date): Promise<void> {
      await db.update(apiTokens).set({ usedAt: now }).where(eq(apiTokens.id, id));
    },

    async revokeTokensOf(userId: UserId, now: Date): Promise<void> {
      await db
        .update(apiTokens)
        .set({ revokedAt: now })
        .where(and(eq(apiTokens.userId, userId), isNull(apiTokens.revokedAt)));
    },

    async revokeToken(id: TokenId, now: Date): Promise<void> {
      await db
        .update(apiTokens)
        .set({ revokedAt: now })
        .where(and(eq(apiTokens.id, id), isNull(apiTokens.revokedAt)));
    },
  };
}
