import { pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** Links that work once: making the first administrator. Only the hash of the key is kept. */
export const oneTimeKeys = pgTable("one_time_keys", {
  keyHash: text("key_hash").primaryKey(),
  purpose: text("purpose").$type<"first-administrator">().notNull(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});
