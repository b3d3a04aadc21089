import { setTimeout as sleep } from "node:timers/promises";
import { askLab } from "#server/jupyter/ask-lab.ts";
import { type LabFolders, takeSocket } from "./lab-folders.ts";

const startTimeoutMs = 60_000;
const lookMs = 5;

/** Words for the person; the keys are what `lab/start.py` says last. */
const reasons: Readonly<Record<string, string>> = {
  no_jupyterlab: "There is no JupyterLab in this server's environment.",
  home_full: "Your home has no room left. Remove what you no longer need, then open the lab again.",
  home_unreadable: "Your home cannot be entered on this server.",
  still_privileged: "The lab was not isolated, and was stopped for that.",
};

/** In words for the person; `lastWords` are the lab's own. */
export function whyNoLab(error: unknown, lastWords: string, hasFilledMemory: boolean): string {
  if (hasFilledMemory) return "The lab needs more memory to start than a lab may have.";
  const word = /sheaf-lab: (\w+)\s*$/.exec(lastWords)?.[1] ?? (error instanceof Error ? error.message : "");
  if (/No space left on device|Disk quota exceeded/.test(lastWords)) return reasons.home_full ?? "";
  return reasons[word] ?? "JupyterLab did not start. Try again; if it stays so, tell the people who run this server.";
}

/** The lab's socket is there, ours, and somebody answers on it. */
export async function untilServing(lab: { readonly folders: LabFolders; isGone(): boolean }, basePath: string, secret: string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (!(await takeSocket(lab.folders))) {
    if (lab.isGone()) throw new Error("The lab ended at once.");
    if (performance.now() > deadline) throw new Error("The lab did not begin to serve in time.");
    await sleep(lookMs);
  }
  const address = { kind: "socket", path: lab.folders.socket } as const;
  while ((await askLab({ address, secret }, `${basePath}api/status`)) === null) {
    if (lab.isGone()) throw new Error("The lab ended before it answered.");
    if (performance.now() > deadline) throw new Error("The lab did not answer in time.");
    await sleep(lookMs);
  }
}
