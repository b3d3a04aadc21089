import { setTimeout as sleep } from "node:timers/promises";
import { isDatabaseAway } from "#server/database-away.ts";

/** Repeats while the database is away, for as long as `patienceMs`; any other failure is thrown at once. */
export async function untilDatabaseIsBack<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2000)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || performance.now() > deadline) throw error;
      await sleep(waitMs);
    }
  }
}
