import type { LabState, LabStopReason, LabView } from "#lib/domain/lab.ts";
import type { WorkingCopyView } from "#lib/domain/project.ts";

/** Ended by nobody's wish: it is started again by itself. */
const accidents: ReadonlySet<LabStopReason> = new Set(["server_stopped", "ended", "memory"]);
const restartsAtMost = 3;
const withinMs = 5 * 60_000;

export function isOver(state: LabState): boolean {
  return state === "stopped" || state === "failed";
}

/** Whether a lab that has ended should be started again without being asked; `restarts` are the times of earlier ones. */
export function startsByItself(lab: Pick<LabView, "state" | "stopReason">, wasReady: boolean, restarts: readonly number[], now: number): boolean {
  if (!wasReady || !isOver(lab.state)) return false;
  const recent = restarts.filter((at) => now - at < withinMs);
  const isAccident = lab.stopReason === null ? lab.state === "failed" : accidents.has(lab.stopReason);
  return isAccident && recent.length < restartsAtMost;
}

/** The address inside the lab that a page begins with, relative to the lab's root; paths count from the project's folder. */
export function firstLabPath(path: string | null): string {
  return path ? `lab/tree/${path.split("/").map(encodeURIComponent).join("/")}` : "lab";
}

/** Where somebody's work stands, the most urgent first. */
export type WorkState =
  | { readonly kind: "looking" }
  | { readonly kind: "unsaved"; readonly documents: readonly string[] }
  | { readonly kind: "changed"; readonly files: number; readonly since: number | null }
  | { readonly kind: "saved"; readonly version: number }
  | { readonly kind: "empty" };

export function workState(unsaved: readonly string[], copy: Pick<WorkingCopyView, "made" | "changeCount" | "base"> | null): WorkState {
  if (unsaved.length > 0) return { kind: "unsaved", documents: unsaved };
  if (!copy?.made) return { kind: "looking" };
  if (copy.changeCount > 0) return { kind: "changed", files: copy.changeCount, since: copy.base?.number ?? null };
  return copy.base ? { kind: "saved", version: copy.base.number } : { kind: "empty" };
}

/** Notebooks that may be published, the one in front first. */
export function publishable(known: readonly string[], copy: Pick<WorkingCopyView, "changes"> | null, current: string | null): string[] {
  const removed = new Set(copy?.changes.filter(({ kind }) => kind === "removed").map(({ path }) => path) ?? []);
  const moved = copy?.changes.flatMap(({ from }) => (from === undefined ? [] : [from])) ?? [];
  const added = copy?.changes.flatMap(({ kind, path }) => (kind === "removed" ? [] : [path])) ?? [];
  const gone = new Set([...removed, ...moved]);
  const found = [...(current ? [current] : []), ...known, ...added].filter((path) => path.endsWith(".ipynb") && !gone.has(path));
  return [...new Set(found)];
}
