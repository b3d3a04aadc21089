import { sql } from "drizzle-orm";
import type { Queryable } from "./connect.ts";

export type SessionCount = { readonly kind: "run" | "lab"; readonly state: string; readonly count: number };
export type Figures = {
  /** What waits or goes on. */
  readonly sessions: readonly SessionCount[];
  readonly queue: { readonly length: number; readonly oldestSeconds: number };
  /** Of labs that run, as last measured. */
  readonly labs: { readonly memoryBytes: number; readonly cpuSeconds: number };
  /** Runs that ended within the last hour, without trials and kept answers; seconds from start to end. */
  readonly lastHour: readonly { readonly state: string; readonly count: number; readonly median: number; readonly p95: number }[];
};

/** What operators watch, counted from rows: every process that shows it shows the same. */
export function figureQueries({ db }: Queryable) {
  return {
    async readFigures(now: Date): Promise<Figures> {
      const at = now.toISOString();
      const [sessions, [queue], [labs], lastHour] = await Promise.all([
        db.execute<SessionCount>(sql`
          select 'run' as kind, state, count(*)::int as count from runs where state in ('queued', 'starting', 'running') group by state
          union all
          select 'lab', state, count(*)::int from labs where state in ('queued', 'starting', 'ready', 'stopping') group by state`),
        db.execute<Figures["queue"]>(sql`
          select count(*)::int as length, greatest(0, coalesce(extract(epoch from ${at}::timestamptz - min(queued_at)), 0))::float8 as "oldestSeconds"
          from runs where state = 'queued'`),
        db.execute<Figures["labs"]>(sql`
          select coalesce(sum((usage ->> 'memoryBytes')::float8), 0) as "memoryBytes", coalesce(sum((usage ->> 'cpuSeconds')::float8), 0) as "cpuSeconds"
          from labs where state = 'ready'`),
        db.execute<Figures["lastHour"][number]>(sql`
          select state, count(*)::int as count,
            percentile_cont(0.5) within group (order by took)::float8 as median, percentile_cont(0.95) within group (order by took)::float8 as p95
          from (select state, extract(epoch from finished_at - started_at) as took from runs
                where finished_at > ${at}::timestamptz - interval '1 hour' and started_at is not null and purpose <> 'preview' and cached_from_id is null) as ended
          group by state`),
      ]);
      return {
        sessions: [...sessions],
        queue: queue ?? { length: 0, oldestSeconds: 0 },
        labs: labs ?? { memoryBytes: 0, cpuSeconds: 0 },
        lastHour: [...lastHour],
      };
    },
  };
}
