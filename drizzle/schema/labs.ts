import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { EngineId, LabId, ProjectId, SessionId, UserId } from "#lib/domain/ids.ts";
import type { LabPhase, LabProgress, LabState, LabStopReason, LabUsage } from "#lib/domain/lab.ts";
import { instant } from "./columns.ts";
import { projects } from "./projects.ts";
import { users } from "./users.ts";

/** Where the gateway reaches a lab. */
export type LabAddress = { readonly kind: "socket"; readonly path: string } | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** One row a person and project, used again at every start, so that the host of an open page stays the same. */
export const labs = pgTable(
  "labs",
  {
    id: text("id").$type<LabId>().primaryKey(),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Null: a lab on the home itself. */
    projectId: text("project_id")
      .$type<ProjectId>()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** First label of its host, random and opaque: `<label>.sheaf.localhost`. */
    label: text("label").notNull(),
    state: text("state").$type<LabState>().notNull().default("queued"),
    phase: text("phase").$type<LabPhase>().notNull().default("queued"),
    /** Of the phase "files". */
    progress: jsonb("progress").$type<LabProgress>(),
    /** Counts starts: what one start says does not overwrite the next. */
    generation: integer("generation").notNull().default(1),
    stopRequested: text("stop_requested").$type<LabStopReason>(),
    engineId: text("engine_id").$type<EngineId>(),
    address: jsonb("address").$type<LabAddress>(),
    /** The lab's own token, which the gateway puts in and nobody else gets. */
    secret: text("secret"),
    stopReason: text("stop_reason").$type<LabStopReason>(),
    error: text("error"),
    usage: jsonb("usage").$type<LabUsage>(),
    busy: text("busy").$type<"kernel" | "terminal">(),
    activeAt: instant("active_at"),
    stopsAt: instant("stops_at"),
    /** Somebody looks: set by the bar's "go on" and by traffic that the gateway sees. */
    keptAt: instant("kept_at"),
    createdAt: instant("created_at").notNull().defaultNow(),
    startedAt: instant("started_at").notNull().defaultNow(),
    readyAt: instant("ready_at"),
    stoppedAt: instant("stopped_at"),
    /** How long this start took, for what is usual. */
    startMs: integer("start_ms"),
    warm: boolean("warm"),
  },
  (t) => [
    uniqueIndex("labs_label").on(t.label),
    uniqueIndex("labs_of").on(t.userId, t.projectId).where(sql`project_id is not null`),
    uniqueIndex("labs_home").on(t.userId).where(sql`project_id is null`),
    index("labs_open").on(t.startedAt).where(sql`state in ('queued', 'starting', 'ready', 'stopping')`),
  ],
);

/** One-time entrance to a lab's host, where no cookie of ours is known yet. Only the hash is kept. */
export const labTickets = pgTable("lab_tickets", {
  ticketHash: text("ticket_hash").primaryKey(),
  labId: text("lab_id")
    .$type<LabId>()
    .notNull()
    .references(() => labs.id, { onDelete: "cascade" }),
  userId: text("user_id").$type<UserId>().notNull(),
  /** The sign-in that asked: when it ends, what the ticket opened ends too. */
  sessionId: text("session_id").$type<SessionId>(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});
