import { proportionalBytes, type SeenProcess } from "#tests/processes.ts";

export type MemoryShare = { readonly part: string; readonly processes: number; readonly bytes: number };

/** Which part of the server a process belongs to, told by its command line; the first that matches. */
const parts: readonly (readonly [string, RegExp])[] = [
  ["PostgreSQL", /postgres/],
  ["labs and their sandboxes", /sheaf\/lab\//],
  ["kernels and their sandboxes", /ipykernel|IRkernel|bwrap/],
  ["gateway", /server\/gateway/],
  ["engine", /server\/engine/],
  ["web", /next-server|standalone/],
  ["supervisor", /server\/(main|cli)|flock|^cat$/],
  ["git", /^git /],
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

/** Each warm kernel alone, by the language that its command line tells. */
export function memoryOfKernels(processes: readonly SeenProcess[]): readonly { readonly language: string; readonly bytes: readonly number[] }[] {
  const of = (pattern: RegExp) =>
    processes.filter((seen) => pattern.test(seen.command) && !seen.command.startsWith("bwrap")).map((seen) => proportionalBytes(seen.pid));
  return [
    { language: "Python", bytes: of(/ipykernel/) },
    { language: "R", bytes: of(/IRkernel/) },
  ];
}
