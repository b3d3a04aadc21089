import { pause } from "./measure-runs.ts";
import { memoryByPart, memoryOfKernels } from "./memory.ts";
import type { Bench } from "./run.ts";
import { median, megabytes, table } from "./statistics.ts";

/** Idle: nobody asks, the warm pool is full. Shared pages count once, divided among those who share them. */
export async function reportMemory({ server, report }: Bench): Promise<void> {
  await pause(20_000);
  const shares = memoryByPart(server.processes());
  const total = shares.reduce((sum, share) => sum + share.bytes, 0);
  const rows = shares.map((share) => [share.part, String(share.processes), megabytes(share.bytes)]);
  const kernels = memoryOfKernels(server.processes()).filter(({ bytes }) => bytes.length > 0);
  report.add(
    "Memory, idle",
    "Proportional set size of every process of the server, 20 s after it was ready and before anybody asked for anything.",
    table(["part", "processes", "memory"], [...rows, ["all", String(shares.reduce((sum, share) => sum + share.processes, 0)), megabytes(total)]]),
    `One warm kernel with its preloaded packages: ${kernels.map(({ language, bytes }) => `${language} ${megabytes(median(bytes))} (${bytes.length} of them)`).join(", ")}.`,
  );
}
