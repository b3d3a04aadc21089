import { z } from "zod";
import { askLab } from "#server/jupyter/ask-lab.ts";
import type { Lab } from "#server/ports/kernels.ts";

export type LabActivity = {
  readonly busy: "kernel" | "terminal" | null;
  /** When somebody last did something in it: ran, typed, changed, opened. */
  readonly lastAt: Date;
};

const status = z.object({ last_activity: z.iso.datetime({ offset: true }) });
const kernel = z.object({ execution_state: z.string(), last_activity: z.iso.datetime({ offset: true }) });
const kernels = z.array(kernel);
/** A kernel that starts is about to be used. One that nobody ever connects to is told as starting for ever, so that it counts for a while only. */
const startMs = 120_000;

/** `of` is an item of Jupyter Server's `GET api/kernels`. */
export function kernelIsBusy(of: z.infer<typeof kernel>, now: Date): boolean {
  if (of.execution_state === "busy") return true;
  const starts = of.execution_state === "starting" || of.execution_state === "restarting";
  return starts && now.getTime() - new Date(of.last_activity).getTime() < startMs;
}

/** Null where the lab does not answer: then nothing is known, and nobody ends it for that. */
export async function readActivity(lab: Lab, basePath: string, now: Date): Promise<LabActivity | null> {
  const [said, running, terminalsBusy] = await Promise.all([askLab(lab, `${basePath}api/status`), askLab(lab, `${basePath}api/kernels`), lab.terminalsBusy()]);
  const [known, list] = [status.safeParse(said), kernels.safeParse(running)];
  if (!known.success || !list.success) return terminalsBusy ? { busy: "terminal", lastAt: new Date(0) } : null;
  const busy = list.data.some((kernel) => kernelIsBusy(kernel, now)) ? "kernel" : terminalsBusy ? "terminal" : null;
  return { busy, lastAt: new Date(known.data.last_activity) };
}

export type IdleTimes = { readonly idleMs: number; readonly countdownMs: number };
export type IdleVerdict = {
  readonly stop: boolean;
  /** Told from the countdown's beginning on. */
  readonly stopsAt: Date | null;
  /** When it is worth looking again. */
  readonly nextLookMs: number;
};

/** Whether a lab has been idle for its whole time; a busy one never has. */
export function judgeIdle(activeAt: Date, isBusy: boolean, now: Date, times: IdleTimes): IdleVerdict {
  if (isBusy) return { stop: false, stopsAt: null, nextLookMs: times.idleMs };
  const stopsAt = activeAt.getTime() + times.idleMs;
  const shownFrom = stopsAt - times.countdownMs;
  const at = now.getTime();
  if (at >= stopsAt) return { stop: true, stopsAt: new Date(stopsAt), nextLookMs: 0 };
  return at >= shownFrom
    ? { stop: false, stopsAt: new Date(stopsAt), nextLookMs: stopsAt - at }
    : { stop: false, stopsAt: null, nextLookMs: Math.min(times.idleMs, shownFrom - at) };
}
