import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { BuildPhase, BuildPlan, BuildState, Environment, EnvironmentKind } from "#lib/domain/environment.ts";
import type { CommitId, Digest, EngineId, EnvironmentBuildId, ProjectId, UserId } from "#lib/domain/ids.ts";
import type { Inventory } from "#lib/environment/trim-plan.ts";
import { instant } from "./columns.ts";
import { projects } from "./projects.ts";
import { users } from "./users.ts";

/** What a site's own environment has, by its digest: written by the engine that offers it. */
export const environmentBases = pgTable(
  "environment_bases",
  {
    adapter: text("adapter").notNull(),
    digest: text("digest").notNull(),
    inventory: jsonb("inventory").$type<Inventory>().notNull(),
    seenAt: instant("seen_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.adapter, t.digest] })],
);

/** One row for all that ask for the same: a build is a row before anything happens. */
export const environmentBuilds = pgTable(
  "environment_builds",
  {
    id: text("id").$type<EnvironmentBuildId>().primaryKey(),
    /** Of the engine that makes it: an image says nothing to one that has none. */
    adapter: text("adapter").notNull(),
    /** SHA-256 of plan, content of the files, base and builder. */
    key: text("key").$type<Digest>().notNull(),
    kind: text("kind").$type<EnvironmentKind>().notNull(),
    plan: jsonb("plan").$type<BuildPlan>().notNull(),
    /** Where the files are read when it is made; any project that asks for it has the same. */
    projectId: text("project_id")
      .$type<ProjectId>()
      .references(() => projects.id, { onDelete: "set null" }),
    commit: text("commit").$type<CommitId>().notNull(),
    state: text("state").$type<BuildState>().notNull().default("queued"),
    phase: text("phase").$type<BuildPhase>().notNull().default("queued"),
    /** Counts beginnings: what one says does not overwrite the next. */
    attempt: integer("attempt").notNull().default(0),
    engineId: text("engine_id").$type<EngineId>(),
    /** What was made. */
    name: text("name"),
    digest: text("digest"),
    bytes: bigint("bytes", { mode: "number" }),
    error: text("error"),
    /** Whether it may go well another time, with the same files. */
    mayPass: boolean("may_pass").notNull().default(false),
    lines: integer("lines").notNull().default(0),
    queuedAt: instant("queued_at").notNull().defaultNow(),
    /** Not begun before: it was interrupted by something that lasts. */
    notBefore: instant("not_before"),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    /** When a run stood on it, or a project asked for it. */
    usedAt: instant("used_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("environment_builds_key").on(t.adapter, t.key),
    index("environment_builds_open").on(t.queuedAt).where(sql`state in ('queued', 'building')`),
    index("environment_builds_project").on(t.projectId),
  ],
);

export const environmentLog = pgTable(
  "environment_log",
  {
    buildId: text("build_id")
      .$type<EnvironmentBuildId>()
      .notNull()
      .references(() => environmentBuilds.id, { onDelete: "cascade" }),
    seq: integer("seq").notNull(),
    line: text("line").notNull(),
  },
  (t) => [primaryKey({ columns: [t.buildId, t.seq] })],
);

/** Whoever agreed to have an environment in their labs that came with a copy. */
export const acceptedEnvironments = pgTable(
  "accepted_environments",
  {
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    buildId: text("build_id")
      .$type<EnvironmentBuildId>()
      .notNull()
      .references(() => environmentBuilds.id, { onDelete: "cascade" }),
    acceptedAt: instant("accepted_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.buildId] })],
);

/** What a project's files ask for at its newest version, and what its runs stand on meanwhile. */
export const projectEnvironments = pgTable("project_environments", {
  projectId: text("project_id")
    .$type<ProjectId>()
    .primaryKey()
    .references(() => projects.id, { onDelete: "cascade" }),
  commit: text("commit").$type<CommitId>().notNull(),
  asked: jsonb("asked").$type<Omit<Environment, "plan">>().notNull(),
  /** Why nothing is made of it, in a sentence; null where something is, or where nothing is asked for. */
  unmade: text("unmade"),
  /** Whether that passes by itself: it is asked for again whenever somebody looks. */
  waits: boolean("waits").notNull().default(false),
  /** The build that it asks for; null: the site's own environment has everything, or nothing can be made. */
  wantedId: text("wanted_id")
    .$type<EnvironmentBuildId>()
    .references(() => environmentBuilds.id),
  /** The last one of this project that was made: in use while a newer one is made, or fails. */
  currentId: text("current_id")
    .$type<EnvironmentBuildId>()
    .references(() => environmentBuilds.id),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});
