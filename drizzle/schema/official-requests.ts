import { sql } from "drizzle-orm";
import { index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { OfficialRequestId, ProjectId, UserId } from "#lib/domain/ids.ts";
import { instant } from "./columns.ts";
import { projects } from "./projects.ts";
import { users } from "./users.ts";

/** Somebody asks for their project to stand on the official shelf; an administrator answers. */
export const officialRequests = pgTable(
  "official_requests",
  {
    id: text("id").$type<OfficialRequestId>().primaryKey(),
    projectId: text("project_id")
      .$type<ProjectId>()
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    requestedById: text("requested_by_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    note: text("note").notNull().default(""),
    state: text("state").$type<"open" | "accepted" | "declined" | "withdrawn">().notNull().default("open"),
    answer: text("answer").notNull().default(""),
    decidedById: text("decided_by_id")
      .$type<UserId>()
      .references(() => users.id),
    requestedAt: instant("requested_at").notNull().defaultNow(),
    decidedAt: instant("decided_at"),
  },
  (t) => [uniqueIndex("official_requests_open").on(t.projectId).where(sql`state = 'open'`), index("official_requests_queue").on(t.state, t.requestedAt)],
);
