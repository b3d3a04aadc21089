import { sql } from "drizzle-orm";
import type { Queryable } from "./connect.ts";

export type RateLimit = { readonly limit: number; readonly windowSeconds: number };

export function rateLimitQueries({ db }: Queryable) {
  return {
    /** Counts one more under `key`; says how long to wait where that is too many. */
    async countRate(key: string, { limit, windowSeconds }: RateLimit, now: Date): Promise<{ allowed: boolean; retryAfterSeconds: number }> {
      const at = now.toISOString();
      const ended = new Date(now.getTime() - windowSeconds * 1000).toISOString();
      const [row] = await db.execute<{ count: number; started: number }>(sql`
        insert into rate_limits as r (key, window_start, count) values (${key}, ${at}::timestamptz, 1)
        on conflict (key) do update set
          count = case when r.window_start <= ${ended}::timestamptz then 1 else r.count + 1 end,
          window_start = case when r.window_start <= ${ended}::timestamptz then ${at}::timestamptz else r.window_start end
        returning count, extract(epoch from window_start)::float8 as started`);
      if (!row || row.count <= limit) return { allowed: true, retryAfterSeconds: 0 };
      return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(row.started + windowSeconds - now.getTime() / 1000)) };
    },

    /** Forgets what was counted: a person who signs in did not guess. */
    async forgetRate(key: string): Promise<void> {
      await db.execute(sql`delete from rate_limits where key = ${key}`);
    },

    async sweepRates(before: Date): Promise<void> {
      await db.execute(sql`delete from rate_limits where window_start < ${before.toISOString()}::timestamptz`);
    },
  };
}
