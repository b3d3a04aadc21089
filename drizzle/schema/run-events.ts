import { integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { RunId } from "#lib/domain/ids.ts";
import type { RunEvent } from "#lib/domain/run.ts";
import { instant } from "./columns.ts";
import { runs } from "./runs.ts";

/** What a run says while it goes on; swept some minutes after it is final, since the cells hold the sum. */
export const runEvents = pgTable(
  "run_events",
  {
    runId: text("run_id")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    seq: integer("seq").notNull(),
    event: jsonb("event").$type<RunEvent>().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.seq] })],
);
