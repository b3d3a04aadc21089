import { readdirSync, readFileSync } from "node:fs";

/** A process as the kernel of the machine tells it (Linux, /proc). */
export type SeenProcess = {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** The same process, not another one that got its number. */
  readonly lives: () => boolean;
};

/** The process and everything it started, directly or not; zombies do not count. */
export function processesBelow(pid: number): SeenProcess[] {
  const all = allProcesses();
  const family = new Set([pid]);
  // Children have higher numbers than parents except after a wrap-around: go round until nothing is added.
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const seen of all) if (family.has(seen.parent)) family.add(seen.pid);
  }
  return all.filter((seen) => family.has(seen.pid));
}

/** Every process whose command line or working directory names the text, such as a folder. */
export function processesNaming(text: string): SeenProcess[] {
  return allProcesses().filter((seen) => seen.pid !== process.pid && seen.command.includes(text));
}

/** Memory of a process with shared pages divided among those who share them. */
export function proportionalBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readProc(pid, "smaps_rollup"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function allProcesses(): SeenProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
}

function readProcess(pid: number): SeenProcess[] {
  const stat = statOf(pid);
  if (!stat) return [];
  const lives = () => statOf(pid)?.started === stat.started;
  return [{ pid, parent: stat.parent, command: readProc(pid, "cmdline").replaceAll("\0", " ").trim(), lives }];
}

function statOf(pid: number): { parent: number; started: string } | null {
  const text = readProc(pid, "stat");
  // The name stands in brackets and may itself hold brackets and spaces.
  const [state, parent, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const started = rest[17];
  return state && state !== "Z" && parent && started ? { parent: Number(parent), started } : null;
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
