import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** Fixed windows, counted in the database because there may be several web processes. */
export const rateLimits = pgTable("rate_limits", {
  /** What is counted, for whom: "sign-in:address:127.0.0.1". */
  key: text("key").primaryKey(),
  windowStart: instant("window_start").notNull(),
  count: integer("count").notNull(),
});
