import type { Output } from "#lib/notebook/nbformat.ts";
import type { Values } from "./parameter.ts";

export const runStates = ["queued", "starting", "running", "done", "failed", "cancelled", "lost"] as const;
export type RunState = (typeof runStates)[number];

export function isFinal(state: RunState): boolean {
  return state === "done" || state === "failed" || state === "cancelled" || state === "lost";
}

/** Why a run failed, in words for the person who pressed Run; `cell` is the notebook's cell index. */
export type RunError = {
  readonly kind: "cell" | "kernel_died" | "out_of_memory" | "timeout" | "output_limit" | "unavailable" | "server_restarted";
  readonly message: string;
  readonly cell?: number;
  /** Error name only (ValueError); the traceback stays in the outputs for the author. */
  readonly name?: string;
};

/**
 * What a run says while it goes on, in order, numbered from 1. Folding all events of a run
 * (`lib/worksheet/fold-events.ts`) gives exactly its stored cells.
 */
export type RunEvent =
  | {
      readonly type: "state";
      readonly state: RunState;
      /** Milliseconds since the epoch. */
      readonly at: number;
      /** Words for the phase inside a state: "Starting a Python kernel". */
      readonly phase?: string;
      /** For "queued": how many runs are served before this one. */
      readonly position?: number;
      /** For "running": cell n of m. */
      readonly cell?: number;
      readonly of?: number;
      readonly error?: RunError;
    }
  | {
      readonly type: "cell";
      readonly index: number;
      readonly state: "running" | "done" | "failed";
      readonly executionCount?: number;
      readonly durationMs?: number;
    }
  /** Appended to the cell's outputs; a stream output continues the former one of the same name. */
  | { readonly type: "output"; readonly index: number; readonly output: Output }
  /** Replaces the output at `position` (an update of a display id). */
  | { readonly type: "replace"; readonly index: number; readonly position: number; readonly output: Output }
  | { readonly type: "clear"; readonly index: number };

export type CellResult = {
  /** Index of the cell in the notebook, 0-based. */
  readonly index: number;
  readonly outputs: readonly Output[];
  readonly executionCount: number | null;
  readonly durationMs: number | null;
};

/** What ran: immutable once the run is final. */
export type RunRecord = {
  readonly worksheet: { readonly id: string; readonly slug: string; readonly title: string };
  readonly commit: string;
  readonly notebookPath: string;
  readonly environment: { readonly name: string; readonly digest: string };
  readonly values: Values;
  /** Parameter name → digest of the file given. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputsDigest: string;
  readonly who: string | null;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string;
  readonly durationMs: { readonly queued: number; readonly kernel: number; readonly cells: number };
  readonly peakMemoryBytes: number | null;
  readonly files: readonly RunFile[];
};

export type RunFile = { readonly path: string; readonly bytes: number };
