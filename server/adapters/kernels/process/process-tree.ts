import { readdir, readFile, readlink, stat } from "node:fs/promises";
import type { KernelUsage } from "#server/ports/kernels.ts";

/** Reads /proc, for sandboxes without a control group and for what a control group does not know. */
const clockTicksPerSecond = 100;

/** The process and all below it. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const found = [pid];
  for (let index = 0; index < found.length; index += 1) found.push(...(await childrenOf(found[index] as number)));
  return found;
}

export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

/** Null where it has ended. */
export async function seenProcess(pid: number): Promise<{ readonly hasTerminal: boolean } | null> {
  const fields = await readStat(pid);
  return fields === null ? null : { hasTerminal: fields[4] !== "0" };
}

/** From the third field on (the state). The command's name, in brackets, may hold spaces: count from behind it. */
async function readStat(pid: number): Promise<string[] | null> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return line === null ? null : line.slice(line.lastIndexOf(")") + 2).split(" ");
}

export async function usageOf(pids: readonly number[]): Promise<KernelUsage> {
  const each = await Promise.all(pids.map(usageOfOne));
  const sum = (pick: (usage: KernelUsage) => number) => each.reduce((total, usage) => total + pick(usage), 0);
  return {
    memoryBytes: sum((usage) => usage.memoryBytes),
    peakMemoryBytes: sum((usage) => usage.peakMemoryBytes),
    cpuSeconds: sum((usage) => usage.cpuSeconds),
  };
}

async function usageOfOne(pid: number): Promise<KernelUsage> {
  const [status, fields] = await Promise.all([readFile(`/proc/${pid}/status`, "utf8").catch(() => ""), readStat(pid)]);
  const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return {
    memoryBytes: kilobytes("VmRSS"),
    peakMemoryBytes: kilobytes("VmHWM"),
    // utime and stime are fields 14 and 15.
    cpuSeconds: (Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)) / clockTicksPerSecond,
  };
}

/**
 * Bytes of files that were deleted but are still open, or still mapped: they fill the disk unseen by `du`. What is on
 * its way through a socket, and open nowhere else, is seen here neither.
 */
export async function deletedOpenBytes(pids: readonly number[]): Promise<number> {
  const seen = new Map<string, number>();
  for (const pid of pids) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const link = `/proc/${pid}/fd/${descriptor}`;
      const target = await readlink(link).catch(() => "");
      if (!target.endsWith(" (deleted)") || !target.startsWith("/work/")) continue;
      const file = await stat(link).catch(() => null);
      if (file) seen.set(`${file.dev}:${file.ino}`, file.blocks * 512);
    }
    await addDeletedMapped(pid, seen);
  }
  return [...seen.values()].reduce((total, bytes) => total + bytes, 0);
}

const deletedMapping = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ (\S+) (\d+) +\/work\/.* \(deleted\)$/gm;

async function addDeletedMapped(pid: number, seen: Map<string, number>): Promise<void> {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8").catch(() => "");
  if (!maps.includes(" (deleted)")) return;
  for (const [, from = "", to = "", device, inode] of maps.matchAll(deletedMapping)) {
    const file = await stat(`/proc/${pid}/map_files/${from}-${to}`).catch(() => null);
    if (file) seen.set(`${file.dev}:${file.ino}`, file.blocks * 512);
    // Who is not root sees that it is mapped, but not how large the file is.
    else seen.set(`${device}:${inode}`, Number.parseInt(to, 16) - Number.parseInt(from, 16));
  }
}
