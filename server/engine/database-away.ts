import { setTimeout as sleep } from "node:timers/promises";

/** Whether the database cannot be reached or is shutting down or starting: then the same statement works later. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = "code" in at ? String(at.code) : "";
    // Classes of PostgreSQL's own codes: 08 connection, 53 resources, 57P operator's intervention; the rest are the driver's and the system's.
    if (/^(?:08|53|57P)/.test(code) || /^(?:CONNECTION_|CONNECT_|ECONN|EPIPE|ENOENT|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)/.test(code)) return true;
  }
  return false;
}

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
