import { sql } from "drizzle-orm";
import { type AnyPgColumn, boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { CommitId, ProjectId, RepositoryId, UserId } from "#lib/domain/ids.ts";
import type { ProjectProgress } from "#lib/domain/project.ts";
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
    state: text("state").$type<"creating" | "ready" | "failed" | "deleting">().notNull().default("creating"),
    /** While it is made: how far it is, told to its owner; and why it failed. */
    progress: jsonb("progress").$type<ProjectProgress>(),
    problem: text("problem"),
    /** The address it was imported from, without name, password and query: to be asked again where it failed. */
    importUrl: text("import_url"),
    /** The process that makes it says so here: what is silent for long was interrupted. */
    seenAt: instant("seen_at"),
    /** Set by an administrator. */
    official: boolean("official").notNull().default(false),
    /** Whether a version keeps the outputs of notebooks. */
    keepOutputs: boolean("keep_outputs").notNull().default(true),
    /** The project that this one was copied from, and the version of it that was last taken over. */
    upstreamId: text("upstream_id")
      .$type<ProjectId>()
      .references((): AnyPgColumn => projects.id, { onDelete: "set null" }),
    upstreamCommit: text("upstream_commit").$type<CommitId>(),
    /** In the trash since; nobody but its owner sees it, until it is purged. */
    trashedAt: instant("trashed_at"),
    /** Kept by whoever publishes, as for areas. */
    publicWorksheets: integer("public_worksheets").notNull().default(0),
    createdAt: instant("created_at").notNull().defaultNow(),
    /** When its newest version was saved. */
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("projects_slug").on(t.slug),
    index("projects_owner").on(t.ownerId, t.updatedAt.desc().nullsFirst()),
    index("projects_copies").on(t.upstreamId).where(sql`upstream_id is not null`),
    index("projects_trash").on(t.trashedAt).where(sql`trashed_at is not null`),
    // The list of projects that have something to show, newest first.
    index("projects_shown")
      .on(t.createdAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`visibility = 'public' and state = 'ready' and public_worksheets > 0`),
  ],
);
