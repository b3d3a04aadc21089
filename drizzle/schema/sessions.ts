import { index, pgTable, text } from "drizzle-orm/pg-core";
import type { SessionId, UserId } from "#lib/domain/ids.ts";
import { instant } from "./columns.ts";
import { users } from "./users.ts";

/** Signed-in browsers. The cookie carries the id; a row that is revoked or expired lets nobody in. */
export const sessions = pgTable(
  "sessions",
  {
    id: text("id").$type<SessionId>().primaryKey(),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    userAgent: text("user_agent"),
    createdAt: instant("created_at").notNull().defaultNow(),
    seenAt: instant("seen_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
  },
  (t) => [index("sessions_user").on(t.userId)],
);
