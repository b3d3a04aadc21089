import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { KernelUsage } from "#server/ports/kernels.ts";
import { findControlGroup } from "../process/found-group.ts";
import { deletedOpenBytes, descendantsOf } from "../process/process-tree.ts";
import type { LiveContainer } from "./containers.ts";

export type UsageMeter = {
  usage(): Promise<KernelUsage>;
  /** Bytes of deleted files that are still open; 0 where its processes cannot be seen from here. */
  hiddenBytes(): Promise<number>;
};

const nothing: KernelUsage = { memoryBytes: 0, peakMemoryBytes: 0, cpuSeconds: 0 };
/** The engine's stream says something every second. */
const freshMs = 1500;

const statisticsSchema = z.object({
  memory_stats: z.object({
    usage: z.number(),
    max_usage: z.number().optional(),
    stats: z.object({ total_inactive_file: z.number().optional(), inactive_file: z.number().optional() }).optional(),
  }),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
});

/**
 * What a container uses: from its control group where this process sees it (at once, and to the last moment), else from the
 * engine's stream of statistics, which is begun when somebody first asks.
 */
export function createUsageMeter(container: LiveContainer): UsageMeter {
  let last = nothing;
  let stream: ReturnType<typeof followStatistics> | null = null;
  const group = container.hostPid.then((pid) => (pid === null ? null : findControlGroup(pid, container.id)));
  void container.exited.then(() => stream?.stop());

  const read = async (): Promise<KernelUsage> => {
    const ours = await group;
    if (ours) return ours.usage();
    stream ??= followStatistics(container);
    return stream.next();
  };
  return {
    async usage() {
      if (container.isGone()) return last;
      const now = await read().catch(() => last);
      // After its end a group has nothing to say.
      last = {
        memoryBytes: container.isGone() ? last.memoryBytes : now.memoryBytes,
        peakMemoryBytes: Math.max(last.peakMemoryBytes, now.peakMemoryBytes),
        cpuSeconds: Math.max(last.cpuSeconds, now.cpuSeconds),
      };
      return last;
    },
    async hiddenBytes() {
      const first = await container.hostPid;
      const pids = (await (await group)?.processIds()) ?? (first === null ? [] : await descendantsOf(first));
      return deletedOpenBytes(pids);
    },
  };
}

/** Answers what is said after the question, or what was said last when that takes too long. */
export function followStatistics(container: Pick<LiveContainer, "api">): { next(): Promise<KernelUsage>; stop(): void } {
  let last = nothing;
  let heard = Promise.withResolvers<void>();
  let body: Readable | null = null;
  const listen = async (): Promise<void> => {
    body = (await container.api.stats({ stream: true })) as unknown as Readable;
    body.on("error", () => undefined);
    createInterface({ input: body })
      .on("line", (line) => {
        const said = readStatistics(line);
        if (!said) return;
        last = { ...said, peakMemoryBytes: Math.max(said.peakMemoryBytes, last.peakMemoryBytes) };
        heard.resolve();
        heard = Promise.withResolvers();
      })
      .on("error", () => undefined);
  };
  const listening = listen().catch(() => undefined);
  return {
    async next() {
      await listening;
      await Promise.race([heard.promise, sleep(freshMs, undefined, { ref: false })]);
      return last;
    },
    stop: () => body?.destroy(),
  };
}

/** Null for what a container that has ended says. */
export function readStatistics(line: string): KernelUsage | null {
  const parsed = statisticsSchema.safeParse(parseJson(line));
  if (!parsed.success) return null;
  const { memory_stats: memory, cpu_stats: cpu } = parsed.data;
  const idle = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  const memoryBytes = Math.max(0, memory.usage - idle);
  return { memoryBytes, peakMemoryBytes: Math.max(memoryBytes, memory.max_usage ?? 0), cpuSeconds: cpu.cpu_usage.total_usage / 1e9 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
