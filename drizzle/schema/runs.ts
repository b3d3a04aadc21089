import { sql } from "drizzle-orm";
import { type AnyPgColumn, boolean, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { EngineId, RunId, UserId, VersionId, VisitorId, WorksheetId } from "#lib/domain/ids.ts";
import type { Values } from "#lib/domain/parameter.ts";
import type { RunError, RunRecord, RunState } from "#lib/domain/run.ts";
import { instant } from "./columns.ts";
import { users } from "./users.ts";
import { worksheets, worksheetVersions } from "./worksheets.ts";

/** A run is a row before anything happens. `record` is written once, when the run is final. */
export const runs = pgTable(
  "runs",
  {
    id: text("id").$type<RunId>().primaryKey(),
    worksheetId: text("worksheet_id")
      .$type<WorksheetId>()
      .notNull()
      .references(() => worksheets.id),
    versionId: text("version_id")
      .$type<VersionId>()
      .notNull()
      .references(() => worksheetVersions.id),
    purpose: text("purpose").$type<"person" | "publish" | "preview">().notNull().default("person"),
    ownerId: text("owner_id")
      .$type<UserId>()
      .references(() => users.id),
    visitorId: text("visitor_id").$type<VisitorId>(),
    /** SHA-256 of the key in the claim link; null once claimed. */
    claimHash: text("claim_hash"),
    shared: boolean("shared").notNull().default(false),
    values: jsonb("values").$type<Values>().notNull(),
    /** SHA-256 over commit, notebook path, environment digest, values and input digests, as canonical JSON. */
    cacheKey: text("cache_key").notNull(),
    /** The run whose cells answer for this one. */
    cachedFromId: text("cached_from_id")
      .$type<RunId>()
      .references((): AnyPgColumn => runs.id),
    state: text("state").$type<RunState>().notNull().default("queued"),
    /** Whom the queue counts this run for: a user, or the address of a visitor. */
    queueKey: text("queue_key").notNull(),
    /** Hash of a visitor's address: bounds how many runs one machine keeps open by dropping its cookie each time. */
    addressHash: text("address_hash"),
    engineId: text("engine_id").$type<EngineId>(),
    attempt: integer("attempt").notNull().default(0),
    cancelRequested: boolean("cancel_requested").notNull().default(false),
    error: jsonb("error").$type<RunError>(),
    record: jsonb("record").$type<RunRecord>(),
    lastEvent: integer("last_event").notNull().default(0),
    queuedAt: instant("queued_at").notNull().defaultNow(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    /** Unclaimed runs of visitors are removed after this. */
    expiresAt: instant("expires_at"),
  },
  (t) => [
    index("runs_open").on(t.queuedAt).where(sql`state in ('queued', 'starting', 'running')`),
    index("runs_cache").on(t.cacheKey, t.finishedAt.desc().nullsFirst()).where(sql`state = 'done' and cached_from_id is null`),
    index("runs_owner").on(t.ownerId, t.queuedAt.desc().nullsFirst(), t.id.desc().nullsFirst()),
    index("runs_visitor").on(t.visitorId, t.queuedAt.desc().nullsFirst(), t.id.desc().nullsFirst()).where(sql`visitor_id is not null`),
    index("runs_worksheet").on(t.worksheetId, t.queuedAt.desc().nullsFirst()),
    // The queue counts what somebody was given since a run was queued.
    index("runs_queue").on(t.queueKey, t.startedAt),
    // Whether a run is still referred to is asked before it is removed.
    index("runs_cached_from").on(t.cachedFromId).where(sql`cached_from_id is not null`),
    index("runs_expiry").on(t.expiresAt).where(sql`expires_at is not null`),
  ],
);
