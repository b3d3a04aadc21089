import { and, asc, count, desc, eq, gt, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { engines, runCells, runEvents, runs, worksheets } from "#drizzle/schema/index.ts";
import type { RunId, UserId, VisitorId, WorksheetId } from "#lib/domain/ids.ts";
import type { CellResult } from "#lib/domain/run.ts";
import type { NumberedRunEvent } from "#lib/domain/worksheet.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import type { Queryable } from "./connect.ts";
import { jsonb } from "./jsonb.ts";

export type Run = typeof runs.$inferSelect;
export type NewRun = Omit<typeof runs.$inferInsert, "attempt" | "cancelRequested" | "engineId" | "lastEvent">;
export type RunHead = Run & { readonly worksheetSlug: string; readonly worksheetTitle: string };
export type EngineRow = typeof engines.$inferSelect;
/** Newest first. */
export type RunPosition = { readonly queuedAt: Date; readonly id: string };

const open = inArray(runs.state, ["queued", "starting", "running"]);

export function runQueries({ db }: Queryable) {
  const heads = () =>
    db
      .select({ run: runs, worksheetSlug: worksheets.slug, worksheetTitle: worksheets.title })
      .from(runs)
      .innerJoin(worksheets, eq(worksheets.id, runs.worksheetId));

  return {
    async insertRun(run: NewRun): Promise<void> {
      const record = run.record == null ? null : jsonb(run.record);
      await db.insert(runs).values({ ...run, values: jsonb(run.values), record });
    },

    async findRun(id: RunId): Promise<RunHead | null> {
      const [row] = await heads().where(eq(runs.id, id));
      return row ? { ...row.run, worksheetSlug: row.worksheetSlug, worksheetTitle: row.worksheetTitle } : null;
    },

    /** As findRun, and nobody else changes the row until the transaction ends. */
    async findRunForUpdate(id: RunId): Promise<RunHead | null> {
      const [row] = await heads().where(eq(runs.id, id)).for("update", { of: runs });
      return row ? { ...row.run, worksheetSlug: row.worksheetSlug, worksheetTitle: row.worksheetTitle } : null;
    },

    /** What waits or goes on, of one person or of everybody; the latest first. */
    async listOpenRuns(ownerId: UserId | null, limit: number): Promise<RunHead[]> {
      const rows = await heads()
        .where(and(open, ownerId === null ? undefined : eq(runs.ownerId, ownerId)))
        .orderBy(desc(runs.queuedAt), desc(runs.id))
        .limit(limit);
      return rows.map((row) => ({ ...row.run, worksheetSlug: row.worksheetSlug, worksheetTitle: row.worksheetTitle }));
    },

    async listRunCells(id: RunId): Promise<CellResult[]> {
      return db
        .select({ index: runCells.index, outputs: runCells.outputs, executionCount: runCells.executionCount, durationMs: runCells.durationMs })
        .from(runCells)
        .where(eq(runCells.runId, answering(id)))
        .orderBy(asc(runCells.index));
    },

    /** One output of a cell, by its place. */
    async findRunOutput(id: RunId, cell: number, position: number): Promise<Output | null> {
      const [row] = await db
        .select({ output: sql<Output | null>`${runCells.outputs} -> ${position}::int` })
        .from(runCells)
        .where(and(eq(runCells.runId, answering(id)), eq(runCells.index, cell)));
      return row?.output ?? null;
    },

    async listRunEvents(id: RunId, after: number, limit: number): Promise<NumberedRunEvent[]> {
      return db
        .select({ seq: runEvents.seq, event: runEvents.event })
        .from(runEvents)
        .where(and(eq(runEvents.runId, id), gt(runEvents.seq, after)))
        .orderBy(asc(runEvents.seq))
        .limit(limit);
    },

    /** The newest own computation of the same thing, whoever asked for it. */
    async findDoneRun(cacheKey: string): Promise<Run | null> {
      const [run] = await db
        .select()
        .from(runs)
        .where(and(eq(runs.cacheKey, cacheKey), eq(runs.state, "done"), isNull(runs.cachedFromId)))
        .orderBy(desc(runs.finishedAt))
        .limit(1);
      return run ?? null;
    },

    /** The newest answer to the same thing that somebody has already, however they came to it. */
    async findOwnAnswer(cacheKey: string, of: { ownerId: UserId } | { visitorId: VisitorId }, now: Date): Promise<RunId | null> {
      const whose = "ownerId" in of ? eq(runs.ownerId, of.ownerId) : and(eq(runs.visitorId, of.visitorId), isNull(runs.ownerId), gt(runs.expiresAt, now));
      const [run] = await db
        .select({ id: runs.id })
        .from(runs)
        .where(and(eq(runs.cacheKey, cacheKey), whose, eq(runs.state, "done"), eq(runs.purpose, "person")))
        .orderBy(desc(runs.finishedAt))
        .limit(1);
      return run?.id ?? null;
    },

    /** Nobody removes this run until the transaction ends; false where that has happened. */
    async holdRun(id: RunId): Promise<boolean> {
      const rows = await db.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).for("key share");
      return rows.length > 0;
    },

    /** Serialises what one person or address starts, until the transaction ends. */
    async lockQueue(queueKey: string): Promise<void> {
      await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${queueKey}, 7432))`);
    },

    async countOpenRuns(of: { visitorId: VisitorId } | { addressHash: string } | { ownerId: UserId }): Promise<number> {
      const whose =
        "visitorId" in of ? eq(runs.visitorId, of.visitorId) : "ownerId" in of ? eq(runs.ownerId, of.ownerId) : eq(runs.addressHash, of.addressHash);
      const [row] = await db.select({ runs: count() }).from(runs).where(and(open, whose));
      return row?.runs ?? 0;
    },

    async listRuns(of: { ownerId: UserId } | { visitorId: VisitorId }, after: RunPosition | undefined, limit: number): Promise<RunHead[]> {
      const whose = "ownerId" in of ? eq(runs.ownerId, of.ownerId) : and(eq(runs.visitorId, of.visitorId), isNull(runs.ownerId));
      const rows = await heads()
        .where(and(whose, eq(runs.purpose, "person"), after && afterPosition(after)))
        .orderBy(desc(runs.queuedAt), desc(runs.id))
        .limit(limit);
      return rows.map((row) => ({ ...row.run, worksheetSlug: row.worksheetSlug, worksheetTitle: row.worksheetTitle }));
    },

    /** Every waiting run with how many the engine takes before it, by the same turns as `claimRun`. */
    async listQueuePlaces(): Promise<Map<RunId, number>> {
      const rows = await db.execute<{ id: RunId; before: number }>(sql`
        with waiting as (
          select id, queue_key, queued_at, row_number() over (partition by queue_key order by queued_at, id) as rank from runs where state = 'queued'
        ),
        busy as (
          select waiting.id, (
            select count(*) from runs other
            where other.queue_key = waiting.queue_key and (other.started_at >= waiting.queued_at or other.state in ('starting', 'running'))
          ) as others from waiting
        )
        select id, (row_number() over (order by rank + others, queued_at, id) - 1)::int as before from waiting join busy using (id)`);
      return new Map(rows.map((row) => [row.id, row.before]));
    },

    /** Ends a run that no engine has taken; false where one was quicker. Its last event is written with it. */
    async cancelQueuedRun(id: RunId, now: Date): Promise<boolean> {
      const [row] = await db
        .update(runs)
        .set({ state: "cancelled", finishedAt: now, cancelRequested: true, lastEvent: sql`${runs.lastEvent} + 1` })
        .where(and(eq(runs.id, id), eq(runs.state, "queued")))
        .returning({ lastEvent: runs.lastEvent });
      if (!row) return false;
      await db.insert(runEvents).values({ runId: id, seq: row.lastEvent, event: { type: "state", state: "cancelled", at: now.getTime() } });
      return true;
    },

    async requestCancel(id: RunId): Promise<void> {
      await db
        .update(runs)
        .set({ cancelRequested: true })
        .where(and(eq(runs.id, id), open));
    },

    async updateRun(id: RunId, change: Partial<Pick<Run, "shared" | "ownerId" | "visitorId" | "claimHash" | "expiresAt">>): Promise<void> {
      await db.update(runs).set(change).where(eq(runs.id, id));
    },

    /** Bytes of the notebooks and files that somebody's runs left. */
    async sumRunFiles(ownerId: UserId): Promise<number> {
      const [row] = await db.execute<{ bytes: number }>(sql`
        select coalesce(sum((file ->> 'bytes')::float8), 0) as bytes from runs, jsonb_array_elements(record -> 'files') as file where owner_id = ${ownerId}`);
      return row?.bytes ?? 0;
    },

    /** Runs of a visitor that nobody owns yet. */
    async listUnclaimedRuns(visitorId: VisitorId, limit: number): Promise<RunId[]> {
      const rows = await db
        .select({ id: runs.id })
        .from(runs)
        .where(and(eq(runs.visitorId, visitorId), isNull(runs.ownerId)))
        .orderBy(desc(runs.queuedAt))
        .limit(limit);
      return rows.map((row) => row.id);
    },

    /** The median of the last runs that computed something; null before the first. */
    async usualDurationMs(worksheetId: WorksheetId): Promise<number | null> {
      const [row] = await db.execute<{ usual: number | null }>(sql`
        select percentile_cont(0.5) within group (order by took)::float8 as usual from (
          select extract(epoch from finished_at - started_at) * 1000 as took from runs
          where worksheet_id = ${worksheetId} and state = 'done' and purpose <> 'preview' and cached_from_id is null and started_at is not null
          order by queued_at desc limit 20) as latest`);
      return row?.usual == null ? null : Math.round(row.usual);
    },

    /** Engines that reported since. */
    async listEngines(since: Date): Promise<EngineRow[]> {
      return db.select().from(engines).where(gt(engines.heartbeatAt, since));
    },
  };
}

/** The run whose cells answer for this one: a cached answer refers to those of its source, which stays as long as it does. */
function answering(id: RunId): SQL {
  return sql`(select coalesce(answered.cached_from_id, answered.id) from runs answered where answered.id = ${id})`;
}

function afterPosition(after: RunPosition): SQL {
  return sql`(${runs.queuedAt}, ${runs.id}) < (${after.queuedAt.toISOString()}::timestamptz, ${after.id})`;
}
