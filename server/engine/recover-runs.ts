import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { CellResult, RunEvent } from "#lib/domain/run.ts";
import { createFolding } from "#lib/worksheet/fold-events.ts";
import type { Logger } from "#server/log.ts";
import type { Run, Store } from "#server/ports/store.ts";
import { queuedAgain } from "./queued-again.ts";

export const maxAttempts = 2;
const silentSeconds = 15;
const eventsAtOnce = 1000;

/** Time between the claim of a run in the database and its being known here, with a wide margin. */
const claimSeconds = 10;

export type RecoverOptions = {
  readonly engineId: EngineId;
  /** At boot nothing is: whatever this engine holds belongs to its former life. */
  readonly isRunning: (id: RunId) => boolean;
  readonly booting: boolean;
  readonly now: Date;
  readonly log: Logger;
};

/**
 * Runs that nobody executes any more go back to the queue once; a second time they are told as lost, with what they
 * had shown until then. Only one run of an engine at a time is in its second attempt (see the claim loop), so that one
 * which kills engines takes no other run with it. Besides those of silent engines there are our own: claimed, but the answer never arrived.
 */
export async function recoverRuns(store: Store, { engineId, isRunning, booting, now, log }: RecoverOptions): Promise<number> {
  const claimedBefore = now.getTime() - claimSeconds * 1000;
  const held = await store.listAbandonedRuns(new Date(now.getTime() - silentSeconds * 1000), engineId);
  const abandoned = held.filter((run) => booting || run.engineId !== engineId || (!isRunning(run.id) && (run.startedAt?.getTime() ?? 0) < claimedBefore));
  for (const run of abandoned) {
    const outcome = await recoverRun(store, run, now);
    log.warn({ runId: run.id, attempt: run.attempt, outcome }, "a run was interrupted");
  }
  return abandoned.length;
}

async function recoverRun(store: Store, run: Run, now: Date): Promise<"requeued" | "lost" | "cancelled"> {
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
          message: "The server was restarted twice while this was running. Nothing is wrong with your values: run it again.",
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
