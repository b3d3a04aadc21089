/** A JupyterLab of one person on one project. The row, its address and its host outlive the process behind it. */
export const labStates = ["queued", "starting", "ready", "stopping", "stopped", "failed"] as const;
export type LabState = (typeof labStates)[number];

/** Named phases of a start, in their order; each has words in the catalogue. */
export const labPhases = ["queued", "files", "server", "ready"] as const;
export type LabPhase = (typeof labPhases)[number];

export const labStopReasons = [
  "person",
  "idle",
  "signed_out",
  "server_stopped",
  "memory",
  "ended",
  "administrator",
  "disk",
  "access",
  "project_deleted",
] as const;
export type LabStopReason = (typeof labStopReasons)[number];

export type LabUsage = { readonly memoryBytes: number; readonly limitBytes: number; readonly cpuSeconds: number; readonly cpus: number };

export type LabProgress = { readonly done: number; readonly total: number };

/** What a person sees of a lab of theirs. Times are ISO 8601. */
export type LabView = {
  readonly id: string;
  /** Whose it is: administrators see everybody's. */
  readonly owner?: string;
  readonly project: { readonly id: string; readonly slug: string; readonly title: string } | null;
  readonly state: LabState;
  readonly phase: LabPhase;
  /** Files made, of all that are made, while a start is at that. */
  readonly progress: LabProgress | null;
  /** When the start that goes on began, and how long one usually takes. */
  readonly startedAt: string;
  readonly usualStartMs: number | null;
  readonly readyAt: string | null;
  /** When it will be stopped for being idle; null while something is busy or open. */
  readonly stopsAt: string | null;
  /** Why it is not stopped although nobody looks: "a kernel is busy", "a terminal's job runs". */
  readonly busy: "kernel" | "terminal" | null;
  readonly stopReason: LabStopReason | null;
  /** Words for the person, where it failed. */
  readonly error: string | null;
  readonly usage: LabUsage | null;
  /** Page of ours that holds the frame. */
  readonly url: string;
};

/** Something of mine that runs: labs, and runs of worksheets that go on. */
export type RunningThing =
  | { readonly kind: "lab"; readonly lab: LabView }
  | {
      readonly kind: "run";
      readonly id: string;
      readonly title: string;
      readonly state: string;
      readonly queuedAt: string;
      /** Null while it waits, and before its kernel was measured. */
      readonly usage: LabUsage | null;
      readonly url: string;
    };

/**
 * What the lab's page and the bar around it say to one another by `postMessage`. The bar only ever shows what a lab says:
 * it is the person's own code that speaks there. Origins are checked on both sides.
 */
export type ToLab =
  | { readonly sheaf: 1; readonly type: "save-all"; readonly id: number }
  /** Reads the open documents from disk again; what is unsaved in them is joined with it. */
  | { readonly sheaf: 1; readonly type: "reload"; readonly id: number; readonly paths: readonly string[] }
  | { readonly sheaf: 1; readonly type: "open"; readonly id: number; readonly path: string }
  /** A terminal, the one that is open or a new one: what a shell project begins with. */
  | { readonly sheaf: 1; readonly type: "terminal"; readonly id: number }
  /** Answers "join"; null where the two cannot be joined. */
  | { readonly sheaf: 1; readonly type: "joined"; readonly id: number; readonly text: string | null }
  /** The lab is there again after it was away: its kernels are connected, or started where they ended with it. */
  | { readonly sheaf: 1; readonly type: "revive"; readonly id: number }
  | { readonly sheaf: 1; readonly type: "theme"; readonly id: number; readonly dark: boolean };
export type FromLab =
  | { readonly sheaf: 1; readonly type: "hello"; readonly version: string }
  | { readonly sheaf: 1; readonly type: "documents"; readonly unsaved: readonly string[]; readonly current: string | null; readonly busyKernels: number }
  /** An open document has unsaved changes, and its file was changed by something else. `base`: what both come from. */
  | ({ readonly sheaf: 1; readonly type: "join"; readonly id: number } & ToJoin)
  | { readonly sheaf: 1; readonly type: "done"; readonly id: number; readonly ok: boolean };

export type ToJoin = { readonly path: string; readonly base: string | null; readonly ours: string; readonly theirs: string };
