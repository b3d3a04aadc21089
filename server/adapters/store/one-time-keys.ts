import { and, eq, gt, isNull } from "drizzle-orm";
import { oneTimeKeys } from "#drizzle/schema/index.ts";
import type { Queryable } from "./connect.ts";

type Purpose = (typeof oneTimeKeys.$inferSelect)["purpose"];

export function oneTimeKeyQueries({ db }: Queryable) {
  return {
    /** A new key of a purpose ends the former ones. */
    async replaceOneTimeKey(purpose: Purpose, keyHash: string, expiresAt: Date): Promise<void> {
      await db.delete(oneTimeKeys).where(eq(oneTimeKeys.purpose, purpose));
      await db.insert(oneTimeKeys).values({ keyHash, purpose, expiresAt });
    },

    /** True for the first who asks, while the key lives. */
    async useOneTimeKey(purpose: Purpose, keyHash: string, now: Date): Promise<boolean> {
      const used = await db
        .update(oneTimeKeys)
        .set({ usedAt: now })
        .where(and(eq(oneTimeKeys.keyHash, keyHash), eq(oneTimeKeys.purpose, purpose), isNull(oneTimeKeys.usedAt), gt(oneTimeKeys.expiresAt, now)))
        .returning({ keyHash: oneTimeKeys.keyHash });
      return used.length > 0;
    },
  };
}
