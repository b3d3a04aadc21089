import type { EngineId } from "#lib/domain/ids.ts";
import { isDatabaseAway } from "#server/database-away.ts";
import type { Logger } from "#server/log.ts";
import type { Run, Store } from "#server/ports/store.ts";
import type { Turn } from "./placement.ts";

/** Notifications wake the loop; this is for those that were missed. */
const pollMs = 5000;

export type ClaimLoop = {
  wake(): void;
  readonly running: () => number;
  /** Claims nothing more; resolves when the runs under way have ended. */
  stop(): Promise<void>;
};

export type ClaimOptions = {
  readonly store: Pick<Store, "claimRun">;
  readonly engineId: EngineId;
  readonly capacity: number;
  readonly maxAttempts: number;
  /** What others shall have first, where there are others. */
  readonly turn: () => Promise<Turn<Run["id"]>>;
  /** Must not throw: the outcome of a run is written, not returned. */
  readonly execute: (run: Run) => Promise<void>;
  readonly now: () => Date;
  readonly log: Logger;
};

/**
 * Claims what there is room for. Of runs in their last attempt, one at a time: whichever of those that went on
 * when an engine died has killed it, it will be alone among them when it does so again, and only a last attempt can be
 * lost. The others are not held up by it: earlier attempts go on beside it, and are merely queued again. Shutting it off
 * altogether would be surer, and would let anybody who brings down an engine once have the next one for themselves.
 */
export function startClaimLoop({ store, engineId, capacity, maxAttempts, turn, execute, now, log }: ClaimOptions): ClaimLoop {
  const running = new Set<Promise<void>>();
  let suspect: Run["id"] | null = null;
  let stopped = false;
  let claiming: Promise<void> | null = null;
  let again = false;
  let later: NodeJS.Timeout | undefined;

  const claimAll = async (): Promise<void> => {
    do {
      again = false;
      while (!stopped && running.size < capacity) {
        const { except, againMs } = await turn();
        const run = await store.claimRun(engineId, now(), { beforeAttempt: suspect === null ? null : maxAttempts, except });
        if (!run) {
          wakeAfter(againMs);
          break;
        }
        if (run.attempt >= maxAttempts) suspect = run.id;
        start(run);
      }
    } while (again && !stopped);
  };

  const start = (run: Run): void => {
    const ending = execute(run)
      .catch((error: unknown) => log.error({ err: error, runId: run.id }, "a run ended in a way nobody foresaw"))
      .finally(() => {
        running.delete(ending);
        if (suspect === run.id) suspect = null;
        wake();
      });
    running.add(ending);
  };

  const wake = (): void => {
    if (stopped) return;
    again = true;
    claiming ??= claimAll()
      .catch((error: unknown) => {
        if (!isDatabaseAway(error)) log.error({ err: error }, "claiming a run failed");
      })
      .finally(() => {
        claiming = null;
        // Somebody may have called between the last look and now.
        if (again) wake();
      });
  };

  /** When those that shall go first have had their time. */
  const wakeAfter = (ms: number | null): void => {
    clearTimeout(later);
    if (ms !== null) later = setTimeout(wake, ms);
  };

  const timer = setInterval(wake, pollMs);
  wake();
  return {
    wake,
    running: () => running.size,
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(later);
      await claiming;
      await Promise.all(running);
    },
  };
}
