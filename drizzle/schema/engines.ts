import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { EnvironmentsOffer } from "#lib/domain/environment.ts";
import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { LabUsage } from "#lib/domain/lab.ts";
import type { NodeOffer } from "#lib/placement/let-others-first.ts";
import { instant } from "./columns.ts";

export type EngineDetails = {
  readonly adapter: string;
  readonly safeForVisitors: boolean;
  readonly protections: readonly { readonly name: string; readonly holds: boolean; readonly how: string }[];
  readonly environment: { readonly name: string; readonly digest: string };
  readonly warm: Readonly<Record<string, number>>;
  readonly running: number;
  readonly capacity: number;
  /** What it makes of the environments that projects ask for. */
  readonly environments?: EnvironmentsOffer & { readonly adapter: string };
  /** Whether and how labs are had here, how many run, and how many wait for somebody. */
  readonly labs?: { readonly works: boolean; readonly how: string; readonly warm: boolean; readonly running?: number; readonly waiting?: number };
  /** Where there are several machines: what others place their work by. */
  readonly node?: NodeOffer;
  /** What runs use together and each, as last measured. */
  readonly usage?: { readonly runs: { readonly memoryBytes: number; readonly cpuSeconds: number; readonly each?: Readonly<Record<RunId, LabUsage>> } };
};

/** Engines that are alive; the runs of one that stops reporting are taken over. */
export const engines = pgTable("engines", {
  id: text("id").$type<EngineId>().primaryKey(),
  startedAt: instant("started_at").notNull(),
  heartbeatAt: instant("heartbeat_at").notNull(),
  details: jsonb("details").$type<EngineDetails>().notNull(),
});
