import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { CellResult, RunEvent } from "#lib/domain/run.ts";
import { createFolding } from "#lib/worksheet/fold-events.ts";
import type { Config } from "#server/config.ts";
import type { Logger } from "#server/log.ts";
import type { Run, Store } from "#server/ports/store.ts";
import { queuedAgain } from "./queued-again.ts";

/**
 * How often a run is begun. On several machines one dies now and then without any run's doing: what it held goes on together
 * elsewhere, and only in its last attempt a run is alone with whoever else is suspected.
 */
export function maxAttemptsOf({ kernels }: Pick<Config, "kernels">): number {
  return kernels.adapter === "swarm" ? 3 : 2;
}

const eventsAtOnce = 1000;

/** Time between the claim of a run in the database and its being known here, with a wide margin. */
const claimSeconds = 10;

export type RecoverOptions = {
  readonly engineId: EngineId;
  /** At boot nothing is: whatever this engine holds belongs to its former life. */
  readonly isRunning: (id: RunId) => boolean;
  readonly booting: boolean;
  readonly silentMs: number;
  readonly maxAttempts: number;
  readonly now: Date;
  readonly log: Logger;
};

/**
 * Runs that nobody executes any more go back to the queue; after their last attempt they are told as lost, with what they
 * had shown until then. Only one run of an engine at a time is in its last attempt (see the claim loop), so that one
 * which kills engines takes no other run with it. Besides those of silent engines there are our own: claimed, but the answer never arrived.
 */
export async function recoverRuns(store: Store, options: RecoverOptions): Promise<number> {
  const { engineId, isRunning, booting, silentMs, maxAttempts, now, log } = options;
  const claimedBefore = now.getTime() - claimSeconds * 1000;
  const held = await store.listAbandonedRuns(new Date((await store.readClock()).getTime() - silentMs), engineId);
  const abandoned = held.filter((run) => booting || run.engineId !== engineId || (!isRunning(run.id) && (run.startedAt?.getTime() ?? 0) < claimedBefore));
  for (const run of abandoned) {
    const outcome = await recoverRun(store, run, maxAttempts, now);
    log.warn({ runId: run.id, attempt: run.attempt, outcome }, "a run was interrupted");
  }
  return abandoned.length;
}

async function recoverRun(store: Store, run: Run, maxAttempts: number, now: Date): Promise<"requeued" | "lost" | "cancelled"> {
  const said = await readSaid(store, run.id);
  const firstEvent = Math.max(run.lastEvent, said.lastEvent) + 1;
  // A row without an engine cannot happen by our own hand; it is mended all the same.
  const lease = { runId: run.id, engineId: run.engineId ?? ("" as EngineId), attempt: run.attempt };
  const at = now.getTime();
  if (run.attempt < maxAttempts && !run.cancelRequested) {
    await store.requeueRun(lease, queuedAgain(said.cells, at), firstEvent);
    return "requeued";
  }
  const state = run.cancelRequested ? "cancelled" : "lost";
  const error =
    state === "lost"
      ? {
          kind: "server_restarted" as const,
          message: `The server was restarted ${maxAttempts === 2 ? "twice" : `${maxAttempts} times`} while this was running. Nothing is wrong with your values: run it again.`,
        }
      : null;
  const final: RunEvent = { type: "state", state, at, ...(error ? { error } : {}) };
  await store.finishRun(lease, { state, error, record: null, cells: said.cells, events: [final], firstEvent, finishedAt: now });
  return state;
}

/**
 * To the very last event, in parts: what comes next must have a number that nobody has seen, and an engine that was
 * killed by the mass of a run's events must not be killed by reading them.
 */
async function readSaid(store: Pick<Store, "listRunEvents">, id: RunId): Promise<{ cells: readonly CellResult[]; lastEvent: number }> {
  const folding = createFolding();
  let lastEvent = 0;
  for (;;) {
    const part = await store.listRunEvents(id, lastEvent, eventsAtOnce);
    for (const one of part) folding.add(one.event);
    lastEvent = part.at(-1)?.seq ?? lastEvent;
    if (part.length < eventsAtOnce) return { cells: folding.cells(), lastEvent };
  }
}
