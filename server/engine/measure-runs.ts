import type { Kernel } from "#server/ports/kernels.ts";

export type RunsUsage = { readonly memoryBytes: number; readonly cpuSeconds: number };

const everyMs = 10_000;

/** What the kernels of runs use together, measured now and then: `latest` is what was found last. */
export function measureRuns(inUse: ReadonlySet<Pick<Kernel, "usage">>): { latest(): RunsUsage; look(): Promise<void>; stop(): void } {
  let latest: RunsUsage = { memoryBytes: 0, cpuSeconds: 0 };
  const look = async (): Promise<void> => {
    // One that ends meanwhile uses nothing any more.
    const found = await Promise.all([...inUse].map((kernel) => kernel.usage().catch(() => ({ memoryBytes: 0, cpuSeconds: 0 }))));
    latest = {
      memoryBytes: found.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      cpuSeconds: found.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    };
  };
  const timer = setInterval(() => void look(), everyMs);
  return { latest: () => latest, look, stop: () => clearInterval(timer) };
}
