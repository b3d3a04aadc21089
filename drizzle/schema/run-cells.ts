import { integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { RunId } from "#lib/domain/ids.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { runs } from "./runs.ts";

/** The outputs of a final run, cell by cell; while it goes on they are in `run_events`. */
export const runCells = pgTable(
  "run_cells",
  {
    runId: text("run_id")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    index: integer("index").notNull(),
    outputs: jsonb("outputs").$type<readonly Output[]>().notNull(),
    executionCount: integer("execution_count"),
    durationMs: integer("duration_ms"),
  },
  (t) => [primaryKey({ columns: [t.runId, t.index] })],
);
