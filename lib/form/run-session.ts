import type { CellResult, RunError, RunEvent, RunState } from "#lib/domain/run.ts";
import type { RunView } from "#lib/domain/worksheet.ts";
import { applyEvent } from "#lib/worksheet/fold-events.ts";

/** A run as a page shows it. `runId` null: none, or not accepted yet. */
export type RunSession = {
  readonly runId: string | null;
  readonly state: RunState | "none" | "sending";
  readonly phase: string | null;
  readonly position: number | null;
  readonly cell: number | null;
  readonly of: number | null;
  /** Milliseconds since the epoch, by this browser's clock. */
  readonly startedAt: number | null;
  readonly cells: readonly CellResult[];
  /** Index of the cell that is running. */
  readonly active: number | null;
  readonly error: RunError | null;
  readonly connected: boolean;
  readonly stopping: boolean;
  readonly claimUrl: string | null;
  /** The stored run, once it is final. */
  readonly run: RunView | null;
};

export type SessionAction =
  | { readonly type: "sending"; readonly at: number }
  | { readonly type: "accepted"; readonly id: string; readonly claimUrl: string | null }
  | { readonly type: "refused" | "stopping" | "disconnected" | "vanished" | "closed" }
  | { readonly type: "event"; readonly seq: number; readonly event: RunEvent }
  | { readonly type: "opened" | "finished"; readonly run: RunView };

export const emptySession: RunSession = {
  runId: null,
  state: "none",
  phase: null,
  position: null,
  cell: null,
  of: null,
  startedAt: null,
  cells: [],
  active: null,
  error: null,
  connected: true,
  stopping: false,
  claimUrl: null,
  run: null,
};

/** What each event makes of the run that a page shows. */
export function reduceSession(session: RunSession, action: SessionAction): RunSession {
  switch (action.type) {
    case "sending":
      return { ...emptySession, state: "sending", startedAt: action.at };
    case "accepted":
      return { ...session, runId: action.id, claimUrl: action.claimUrl, state: "queued" };
    case "refused":
    case "closed":
    case "vanished":
      return emptySession;
    case "stopping":
      return { ...session, stopping: true };
    case "disconnected":
      return { ...session, connected: false };
    case "event":
      return withEvent({ ...session, connected: true }, action.event);
    case "opened":
    case "finished":
      return fromRun(session, action.run);
  }
}

function fromRun(session: RunSession, run: RunView): RunSession {
  const same = session.runId === run.id ? session : emptySession;
  return {
    ...same,
    runId: run.id,
    state: run.state,
    cells: run.cells,
    active: null,
    error: run.error,
    connected: true,
    stopping: false,
    startedAt: same.startedAt ?? Date.parse(run.queuedAt),
    run: run.finishedAt === null ? null : run,
  };
}

function withEvent(session: RunSession, event: RunEvent): RunSession {
  const cells = applyEvent(session.cells, event);
  if (event.type === "cell") return { ...session, cells, active: event.state === "running" ? event.index : null };
  if (event.type !== "state") return { ...session, cells };
  return {
    ...session,
    cells,
    state: event.state,
    phase: event.phase ?? null,
    position: event.position ?? null,
    cell: event.cell ?? (event.state === "running" ? session.cell : null),
    of: event.of ?? session.of,
    error: event.error ?? null,
  };
}
