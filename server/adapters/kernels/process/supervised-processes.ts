import type { KernelUsage } from "#server/ports/kernels.ts";
import type { ControlGroup } from "./control-groups.ts";
import type { Launched } from "./launch.ts";
import { descendantsOf, usageOf } from "./process-tree.ts";

/** What runs in one sandbox, and what it has used. */
export type SupervisedProcesses = {
  ids(): Promise<number[]>;
  /** Looks now. Processes that have ended take their share with them; peak and processor time only grow here. */
  measure(): Promise<KernelUsage>;
  /** As it was last looked at. */
  measured(): KernelUsage;
};

export function superviseProcesses(launched: Launched, group: ControlGroup | null, isGone: () => boolean): SupervisedProcesses {
  let last: KernelUsage = { memoryBytes: 0, peakMemoryBytes: 0, cpuSeconds: 0 };
  const ids = async (): Promise<number[]> => {
    if (group) return group.processIds();
    return launched.child.pid === undefined || isGone() ? [] : descendantsOf(launched.child.pid);
  };
  return {
    ids,
    measured: () => last,
    async measure() {
      const now = group ? await group.usage() : await usageOf(await ids());
      last = {
        memoryBytes: now.memoryBytes,
        peakMemoryBytes: Math.max(last.peakMemoryBytes, now.peakMemoryBytes),
        cpuSeconds: Math.max(last.cpuSeconds, now.cpuSeconds),
      };
      return last;
    },
  };
}

/** For processes that may have ended by themselves. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
