import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";

/**
 * Named locks between all processes, for work on files that is longer than a transaction should be. One connection of
 * this process holds them all, so that they end with the process, however it ends.
 */
export function createLocks(url: string) {
  const mine = new Set<string>();
  let client: postgres.Sql | null = null;
  let lost = new AbortController();
  let ended = false;

  function connected(): postgres.Sql {
    client ??= postgres(url, {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connection: { application_name: "sheaf locks" },
      onnotice: () => {},
      // The database lets go of a broken connection's locks: whoever works under one has to stop.
      onclose: () => {
        lost.abort(Object.assign(new Error("The connection that held the lock broke."), { code: "CONNECTION_LOST" }));
        lost = new AbortController();
      },
    });
    return client;
  }

  async function take(name: string): Promise<AbortSignal | null> {
    // The database would give this connection a lock of its own a second time.
    if (mine.has(name)) return null;
    mine.add(name);
    try {
      const [row] = await connected()`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as taken`;
      if (row?.taken) return lost.signal;
    } catch (error) {
      mine.delete(name);
      throw error;
    }
    mine.delete(name);
    return null;
  }

  async function letGo(name: string, signal: AbortSignal): Promise<void> {
    try {
      if (!signal.aborted && !ended) await connected()`select pg_advisory_unlock(hashtextextended(${name}, 0))`;
    } finally {
      mine.delete(name);
    }
  }

  return {
    /** Null where somebody else held the lock all the time. `work` stops when the signal says that the lock is lost. */
    async withLock<T>(name: string, patienceMs: number, work: (lost: AbortSignal) => Promise<T>): Promise<{ readonly value: T } | null> {
      const until = performance.now() + patienceMs;
      let signal = await take(name);
      for (let waitMs = 10; signal === null; waitMs = Math.min(waitMs * 2, 200)) {
        if (performance.now() >= until) return null;
        await sleep(waitMs);
        signal = await take(name);
      }
      try {
        return { value: await work(signal) };
      } finally {
        await letGo(name, signal);
      }
    },

    async closeLocks(): Promise<void> {
      ended = true;
      await client?.end({ timeout: 2 });
    },
  };
}
