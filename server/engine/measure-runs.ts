import type { RunId } from "#lib/domain/ids.ts";
import type { LabUsage } from "#lib/domain/lab.ts";
import type { Kernel } from "#server/ports/kernels.ts";

/** A kernel at work on a run, with what it may use. */
export type MeasuredKernel = { readonly kernel: Pick<Kernel, "usage">; readonly limitBytes: number };
export type RunsUsage = { readonly memoryBytes: number; readonly cpuSeconds: number; readonly each: Readonly<Record<RunId, LabUsage>> };

const everyMs = 5000;
/** Of one kernel. */
const cpus = 1;

/** What the kernels of runs use, each and together, measured now and then: `latest` is what was found last. */
export function measureRuns(inUse: ReadonlyMap<RunId, MeasuredKernel>): { latest(): RunsUsage; look(): Promise<void>; stop(): void } {
  let latest: RunsUsage = { memoryBytes: 0, cpuSeconds: 0, each: {} };
  const look = async (): Promise<void> => {
    const found = await Promise.all(
      [...inUse].map(async ([id, { kernel, limitBytes }]) => {
        // One that ends meanwhile uses nothing any more.
        const { memoryBytes, cpuSeconds } = await kernel.usage().catch(() => ({ memoryBytes: 0, cpuSeconds: 0 }));
        return [id, { memoryBytes, limitBytes, cpuSeconds, cpus }] as const;
      }),
    );
    latest = {
      memoryBytes: found.reduce((sum, [, { memoryBytes }]) => sum + memoryBytes, 0),
      cpuSeconds: found.reduce((sum, [, { cpuSeconds }]) => sum + cpuSeconds, 0),
      each: Object.fromEntries(found),
    };
  };
  const timer = setInterval(() => void look(), everyMs);
  return { latest: () => latest, look, stop: () => clearInterval(timer) };
}
