import { index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { TokenId, UserId } from "#lib/domain/ids.ts";
import type { TokenScope } from "#lib/domain/person.ts";
import { instant } from "./columns.ts";
import { users } from "./users.ts";

export const apiTokens = pgTable(
  "api_tokens",
  {
    id: text("id").$type<TokenId>().primaryKey(),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** SHA-256 of the token, which has 160 random bits: no salt or slow hash is needed. */
    tokenHash: text("token_hash").notNull(),
    scopes: text("scopes").array().$type<TokenScope[]>().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    usedAt: instant("used_at"),
    revokedAt: instant("revoked_at"),
  },
  (t) => [uniqueIndex("api_tokens_hash").on(t.tokenHash), index("api_tokens_user").on(t.userId)],
);
