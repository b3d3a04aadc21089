import { pgTable, text } from "drizzle-orm/pg-core";
import type { ProjectId } from "#lib/domain/ids.ts";
import { projects } from "./projects.ts";

/** Addresses that a project had before it was renamed: old links go on. */
export const formerSlugs = pgTable("former_slugs", {
  slug: text("slug").primaryKey(),
  projectId: text("project_id")
    .$type<ProjectId>()
    .notNull()
    .references(() => projects.id, { onDelete: "cascade" }),
});
