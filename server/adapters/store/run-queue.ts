import { and, asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { engines, environmentBuilds, runs, worksheetVersions } from "#drizzle/schema/index.ts";
import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { CellResult, RunError, RunEvent, RunRecord, RunState } from "#lib/domain/run.ts";
import type { Queryable } from "./connect.ts";
import { jsonb } from "./jsonb.ts";
import type { Run } from "./runs.ts";

/** Which attempt of which engine speaks: an engine that was taken for dead must not write over its successor. */
export type RunLease = { readonly runId: RunId; readonly engineId: EngineId; readonly attempt: number };

export type FinishRun = {
  readonly state: Extract<RunState, "done" | "failed" | "cancelled" | "lost">;
  readonly error: RunError | null;
  readonly record: RunRecord | null;
  readonly cells: readonly CellResult[];
  /** Events not yet written, the final state last, and the number of the first. */
  readonly events: readonly RunEvent[];
  readonly firstEvent: number;
  readonly finishedAt: Date;
};

export type EngineDetails = (typeof engines.$inferInsert)["details"];

/** `run_events` and the claim may be lost with the machine's power, a final state may not. */
const withoutWaitingForDisk = sql`select set_config('synchronous_commit', 'off', true) as quick`;

export function runQueueQueries({ db }: Queryable) {
  const changeHeld = async (lease: RunLease, change: Partial<typeof runs.$inferInsert>): Promise<boolean> => {
    const changed = await db.update(runs).set(change).where(held(lease)).returning({ id: runs.id });
    return changed.length > 0;
  };

  return {
    /**
     * Takes the next run, or null. Each person's first run comes before anybody's second: a run's turn counts those of
     * the same queue key that wait before it, run now, or were started since it was queued; then age decides.
     * `beforeAttempt` leaves those that would be in that attempt or a later one, `except` those that others shall have first.
     */
    async claimRun(
      engineId: EngineId,
      now: Date,
      { beforeAttempt = null, except = [] }: { readonly beforeAttempt?: number | null; readonly except?: readonly RunId[] } = {},
    ): Promise<Run | null> {
      const at = now.toISOString();
      const rows = await db.execute<{ id: RunId }>(sql`
        with quick as materialized (${withoutWaitingForDisk}),
        waiting as (
          select id, queue_key, queued_at, row_number() over (partition by queue_key order by queued_at, id) as rank from runs where state = 'queued'
        ),
        turns as (
          select id, queued_at, rank + (
            select count(*) from runs other
            where other.queue_key = waiting.queue_key and (other.started_at >= waiting.queued_at or other.state in ('starting', 'running'))
          ) as turn
          from waiting where rank <= 8
        ),
        next as (
          select runs.id from quick, turns join runs on runs.id = turns.id
          where runs.state = 'queued' and (${beforeAttempt}::int is null or runs.attempt + 1 < ${beforeAttempt}::int)
            and not (runs.id = any(${sql.param([...except])}::text[]))
          order by turns.turn, turns.queued_at, turns.id limit 1
          for update of runs skip locked
        )
        update runs set state = 'starting', engine_id = ${engineId}, attempt = attempt + 1, started_at = ${at}::timestamptz
        from next where runs.id = next.id returning runs.id`);
      const id = rows[0]?.id;
      if (!id) return null;
      const [run] = await db.select().from(runs).where(eq(runs.id, id));
      return run ?? null;
    },

    /** What waits, the oldest first, with what it stands on (null: the site's own environment). */
    async listWaitingRuns(limit: number): Promise<{ id: RunId; ofVisitor: boolean; image: string | null }[]> {
      return db
        .select({ id: runs.id, ofVisitor: sql<boolean>`${runs.ownerId} is null and ${runs.purpose} = 'person'`, image: environmentBuilds.digest })
        .from(runs)
        .innerJoin(worksheetVersions, eq(worksheetVersions.id, runs.versionId))
        .leftJoin(environmentBuilds, eq(environmentBuilds.id, worksheetVersions.environmentBuildId))
        .where(eq(runs.state, "queued"))
        .orderBy(asc(runs.queuedAt), asc(runs.id))
        .limit(limit);
    },

    async markRunning(lease: RunLease): Promise<boolean> {
      return changeHeld(lease, { state: "running" });
    },

    /** Writes events and says so in one statement; those already written (a repeated attempt after a lost answer) are skipped. */
    async appendRunEvents(runId: RunId, firstEvent: number, events: readonly RunEvent[]): Promise<void> {
      await db.execute(sql`
        with quick as materialized (${withoutWaitingForDisk}),
        added as (${insertEvents(runId, firstEvent, events, sql`quick`)})
        select pg_notify('run_event', ${runId}) from quick`);
    },

    /**
     * Cells, record, last events and final state, together or not at all. False where the run is no longer this
     * engine's, or already final: a final run is never changed.
     */
    async finishRun(lease: RunLease, finish: FinishRun): Promise<boolean> {
      const rows = await db.execute(sql`
        with final as materialized (
          update runs set state = ${finish.state}, error = ${finish.error === null ? sql`null` : jsonb(finish.error)},
            record = ${finish.record === null ? sql`null` : jsonb(finish.record)},
            last_event = ${finish.firstEvent + finish.events.length - 1}, finished_at = ${finish.finishedAt.toISOString()}::timestamptz
          where ${held(lease)} returning id
        ),
        cells as (
          insert into run_cells (run_id, index, outputs, execution_count, duration_ms)
          select final.id, cell.index, cell.outputs, cell."executionCount", cell."durationMs"
          from final, jsonb_to_recordset(${jsonb(finish.cells)}) as cell(index int, outputs jsonb, "executionCount" int, "durationMs" int)
        ),
        added as (${insertEvents(lease.runId, finish.firstEvent, finish.events, sql`final`)})
        select pg_notify('run_event', ${lease.runId}) from final`);
      return rows.length > 0;
    },

    /** Back to the queue, in its old place, for another engine or this one's next life; an attempt that was `orderly` put back does not count. */
    async requeueRun(lease: RunLease, events: readonly RunEvent[], firstEvent: number, { orderly = false } = {}): Promise<boolean> {
      const rows = await db.execute(sql`
        with again as materialized (
          update runs set state = 'queued', engine_id = null, started_at = null, attempt = attempt - ${orderly ? 1 : 0}, last_event = ${firstEvent + events.length - 1} where ${held(lease)} returning id
        ),
        added as (${insertEvents(lease.runId, firstEvent, events, sql`again`)}),
        told as (select pg_notify('run_event', ${lease.runId}) from again)
        select pg_notify('run_queued', ${lease.runId}) from again, told`);
      return rows.length > 0;
    },

    /** Runs that nobody executes: held by `ownLife` (the former life of the engine that asks) or by an engine silent since. */
    async listAbandonedRuns(silentSince: Date, ownLife: EngineId | null): Promise<Run[]> {
      const alive = sql`(select id from engines where heartbeat_at > ${silentSince.toISOString()}::timestamptz)`;
      const mine = ownLife === null ? sql`false` : sql`${runs.engineId} = ${ownLife}`;
      return db
        .select()
        .from(runs)
        .where(and(inArray(runs.state, ["starting", "running"]), sql`(${mine} or ${runs.engineId} is null or ${runs.engineId} not in ${alive})`));
    },

    /** What this engine still holds, with the wish to cancel: what a missed notification would have said. */
    async listCancelRequests(engineId: EngineId): Promise<RunId[]> {
      const rows = await db
        .select({ id: runs.id })
        .from(runs)
        .where(and(eq(runs.engineId, engineId), eq(runs.cancelRequested, true), inArray(runs.state, ["starting", "running"])));
      return rows.map((row) => row.id);
    },

    /** `now` null: by the database's own clock, which all engines share. */
    async reportEngine(id: EngineId, startedAt: Date, now: Date | null, details: EngineDetails): Promise<void> {
      const heartbeatAt = now ?? sql`clock_timestamp()`;
      await db
        .insert(engines)
        .values({ id, startedAt, heartbeatAt, details })
        .onConflictDoUpdate({ target: engines.id, set: { startedAt, heartbeatAt, details } });
    },

    /** By the clock that reports are told the time of: the machines' own may differ by seconds. */
    async readClock(): Promise<Date> {
      const [row] = await db.execute<{ ms: number }>(sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`);
      return new Date(row?.ms ?? Number.NaN);
    },

    async removeEngine(id: EngineId): Promise<void> {
      await db.delete(engines).where(eq(engines.id, id));
    },

    /** The events of runs that were final before; their sum stands in the cells. */
    async sweepRunEvents(finalBefore: Date): Promise<void> {
      await db.execute(sql`
        delete from run_events where run_id in (
          select runs.id from (select distinct run_id from run_events) as kept join runs on runs.id = kept.run_id
          where runs.finished_at < ${finalBefore.toISOString()}::timestamptz)`);
    },

    /** Takes runs that nobody claimed in time away from whoever had them; those that answer for others stay, seen by nobody. */
    async hideExpiredRuns(now: Date): Promise<void> {
      await db.execute(sql`
        update runs set visitor_id = null, claim_hash = null, shared = false
        where ${expired(now)} and (visitor_id is not null or claim_hash is not null or shared)`);
    },

    /** Runs that nobody claimed in time, and trials of yesterday, that answer for no other; their rows go first, then the files. */
    async listExpiredRuns(now: Date, limit: number): Promise<(Pick<Run, "id" | "queuedAt"> & { worksheetSlug: string })[]> {
      return db.execute<Pick<Run, "id" | "queuedAt"> & { worksheetSlug: string }>(sql`
        select runs.id, runs.queued_at as "queuedAt", worksheets.slug as "worksheetSlug" from runs join worksheets on worksheets.id = runs.worksheet_id
        where ${expired(now)} and ${unreferred} order by runs.expires_at limit ${limit}`);
    },

    /** Asked once more inside the statement: somebody may have claimed it, or been answered from it, meanwhile. */
    async deleteExpiredRun(id: RunId, now: Date): Promise<boolean> {
      // A trial's version is its alone.
      const rows = await db.execute(sql`
        with gone as (delete from runs where id = ${id} and ${expired(now)} and ${unreferred} returning id, version_id, purpose),
        versions as (delete from worksheet_versions using gone where gone.purpose = 'preview' and worksheet_versions.id = gone.version_id)
        select id from gone`);
      return rows.length > 0;
    },

    /** Uploads past their time that no open run names. */
    async sweepUploads(now: Date): Promise<void> {
      await db.execute(sql`
        delete from uploads where expires_at < ${now.toISOString()}::timestamptz
        and not exists (select 1 from runs where runs.state in ('queued', 'starting', 'running') and strpos(runs."values"::text, uploads.id) > 0)`);
    },
  };
}

const unreferred = sql`not exists (select 1 from runs answer where answer.cached_from_id = runs.id)`;

function expired(now: Date): SQL {
  return sql`runs.expires_at < ${now.toISOString()}::timestamptz and (runs.owner_id is null or runs.purpose = 'preview') and runs.finished_at is not null`;
}

function held(lease: RunLease): SQL | undefined {
  return and(eq(runs.id, lease.runId), eq(runs.engineId, lease.engineId), eq(runs.attempt, lease.attempt), inArray(runs.state, ["starting", "running"]));
}

/** `from` names a row source that is empty where nothing may be written. */
function insertEvents(runId: RunId, firstEvent: number, events: readonly RunEvent[], from: SQL): SQL {
  return sql`
    insert into run_events (run_id, seq, event)
    select ${runId}, ${firstEvent - 1} + one.place::int, one.event from ${from}, jsonb_array_elements(${jsonb(events)}) with ordinality as one(event, place)
    on conflict do nothing`;
}
