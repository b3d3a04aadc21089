import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { ProjectId, RepositoryId, UserId } from "#lib/domain/ids.ts";
import type { ProjectType, Visibility } from "#lib/domain/worksheet.ts";
import { areas } from "./areas.ts";
import { instant } from "./columns.ts";
import { users } from "./users.ts";

export const projects = pgTable(
  "projects",
  {
    id: text("id").$type<ProjectId>().primaryKey(),
    /** A person now; a group's id will stand here beside `ownerKind`. */
    ownerKind: text("owner_kind").$type<"user">().notNull().default("user"),
    ownerId: text("owner_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    slug: text("slug").notNull(),
    title: text("title").notNull(),
    description: text("description").notNull().default(""),
    type: text("type").$type<ProjectType>().notNull(),
    areaSlug: text("area_slug")
      .notNull()
      .references(() => areas.slug),
    visibility: text("visibility").$type<Visibility>().notNull().default("private"),
    repositoryId: text("repository_id").$type<RepositoryId>(),
    /** The row comes first: a crash while creating leaves "creating" for the sweeper. */
    state: text("state").$type<"creating" | "ready" | "deleting">().notNull().default("creating"),
    /** Kept by whoever publishes, as for areas. */
    publicWorksheets: integer("public_worksheets").notNull().default(0),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("projects_slug").on(t.slug),
    index("projects_owner").on(t.ownerId),
    // The list of projects that have something to show, newest first.
    index("projects_shown")
      .on(t.createdAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`visibility = 'public' and state = 'ready' and public_worksheets > 0`),
  ],
);
