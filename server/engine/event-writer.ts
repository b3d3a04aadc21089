import type { RunId } from "#lib/domain/ids.ts";
import type { RunEvent } from "#lib/domain/run.ts";
import type { Logger } from "#server/log.ts";
import type { Store } from "#server/ports/store.ts";
import { untilDatabaseIsBack } from "./database-away.ts";
import { appendEvent } from "./run-journal.ts";

const batchMs = 30;
/** How long results wait in memory for a database that is away; the output limit bounds how much that is. */
export const patienceMs = 15 * 60_000;

export type EventWriter = {
  /** Never waits and never throws: the run goes on whatever the database does. */
  add(event: RunEvent): void;
  /** Ends the writing and hands over what is not stored yet, for the final transaction. */
  takeRest(): Promise<{ readonly events: readonly RunEvent[]; readonly firstEvent: number }>;
};

/**
 * Numbers a run's events and stores them in batches: the first one after a pause at once, so that a reader sees it
 * without delay; the next ones every 30 ms, so that a loop that prints does not cost a statement a line.
 */
export function createEventWriter(store: Pick<Store, "appendRunEvents">, runId: RunId, lastEvent: number, log: Logger): EventWriter {
  let waiting: RunEvent[] = [];
  let nextNumber = lastEvent + 1;
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lastFlush = -Infinity;
  let ended = false;

  const flush = (): void => {
    timer = null;
    if (writing || waiting.length === 0 || ended) return;
    const batch = waiting;
    const first = nextNumber;
    waiting = [];
    nextNumber += batch.length;
    lastFlush = performance.now();
    writing = write(first, batch).finally(() => {
      writing = null;
      schedule();
    });
  };

  const schedule = (): void => {
    if (writing || timer || waiting.length === 0 || ended) return;
    const dueMs = lastFlush + batchMs - performance.now();
    if (dueMs <= 0) flush();
    else timer = setTimeout(flush, dueMs);
  };

  const write = async (first: number, batch: readonly RunEvent[]): Promise<void> => {
    try {
      await untilDatabaseIsBack(() => store.appendRunEvents(runId, first, batch), patienceMs);
    } catch (error) {
      // Readers miss these until the run is final: the cells are collected apart from the events.
      log.error({ err: error, runId, first, events: batch.length }, "events of a run were not stored");
    }
  };

  return {
    add(event) {
      appendEvent(waiting, event);
      schedule();
    },
    async takeRest() {
      ended = true;
      if (timer) clearTimeout(timer);
      await writing;
      return { events: waiting, firstEvent: nextNumber };
    },
  };
}
