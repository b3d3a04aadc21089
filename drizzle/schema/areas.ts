import { integer, pgTable, text } from "drizzle-orm/pg-core";

/** Fields of science. The count is kept by whoever publishes, so that showing it costs nothing in a large library. */
export const areas = pgTable("areas", {
  slug: text("slug").primaryKey(),
  title: text("title").notNull(),
  description: text("description").notNull().default(""),
  position: integer("position").notNull().default(100),
  publicWorksheets: integer("public_worksheets").notNull().default(0),
});
