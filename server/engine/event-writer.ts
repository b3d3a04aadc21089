import type { RunId } from "#lib/domain/ids.ts";
import type { RunEvent } from "#lib/domain/run.ts";
import type { Logger } from "#server/log.ts";
import type { Store } from "#server/ports/store.ts";
import { untilDatabaseIsBack } from "./database-away.ts";
import { appendEvent } from "./run-journal.ts";

/** A run that says a few things says each at once; one that goes on speaking is written every 30 ms. */
const batchMs = 30;
const talk = { batches: 10, perMs: 1000 };
/** How long results wait in memory for a database that is away; the output limit bounds how much that is. */
export const patienceMs = 15 * 60_000;

export type EventWriter = {
  /** Never waits and never throws: the run goes on whatever the database does. */
  add(event: RunEvent): void;
  /** Writes what waits without waiting for more. */
  flush(): void;
  /** Ends the writing and hands over what is not stored yet, for the final transaction. */
  takeRest(): Promise<{ readonly events: readonly RunEvent[]; readonly firstEvent: number }>;
};

/**
 * Numbers a run's events and stores them in batches: at once while they are few, so that a reader sees them without
 * delay; else every 30 ms, so that a loop that prints does not cost a statement a line.
 */
export function createEventWriter(store: Pick<Store, "appendRunEvents">, runId: RunId, lastEvent: number, log: Logger): EventWriter {
  let waiting: RunEvent[] = [];
  let nextNumber = lastEvent + 1;
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let flushes: number[] = [];
  let urgent = false;
  let ended = false;

  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (writing || waiting.length === 0 || ended) return;
    const batch = waiting;
    const first = nextNumber;
    waiting = [];
    urgent = false;
    nextNumber += batch.length;
    flushes = [...flushes.slice(-talk.batches), performance.now()];
    writing = write(first, batch).finally(() => {
      writing = null;
      schedule();
    });
  };

  const schedule = (): void => {
    if (writing || timer || waiting.length === 0 || ended) return;
    const now = performance.now();
    const isQuiet = urgent || flushes.length < talk.batches || now - (flushes.at(-talk.batches) ?? 0) > talk.perMs;
    const dueMs = isQuiet ? 0 : (flushes.at(-1) ?? 0) + batchMs - now;
    // What comes in the same moment goes in the same batch.
    if (dueMs > 0) timer = setTimeout(flush, dueMs);
    else queueMicrotask(flush);
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
    flush() {
      urgent = waiting.length > 0;
      flush();
    },
    async takeRest() {
      ended = true;
      if (timer) clearTimeout(timer);
      await writing;
      return { events: waiting, firstEvent: nextNumber };
    },
  };
}
