import { proportionalBytes, type SeenProcess } from "#tests/processes.ts";

export type MemoryShare = { readonly part: string; readonly processes: number; readonly bytes: number };

/** Which part of the server a process belongs to, told by its command line; the first that matches. */
const parts: readonly (readonly [string, RegExp])[] = [
  ["PostgreSQL", /postgres/],
  ["kernels", /ipykernel|IRkernel|bwrap|python3|\bR\b.*--slave/],
  ["gateway", /server\/gateway/],
  ["engine", /server\/engine/],
  ["web", /next|standalone|server\.js/],
  ["supervisor", /server\/main|sheaf/],
];

export function memoryByPart(processes: readonly SeenProcess[]): readonly MemoryShare[] {
  const sums = new Map<string, { processes: number; bytes: number }>();
  for (const seen of processes) {
    const part = parts.find(([, pattern]) => pattern.test(seen.command))?.[0] ?? "other";
    const sum = sums.get(part) ?? { processes: 0, bytes: 0 };
    sums.set(part, { processes: sum.processes + 1, bytes: sum.bytes + proportionalBytes(seen.pid) });
  }
  return [...sums].map(([part, sum]) => ({ part, ...sum }));
}
