import { mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelLimits, KernelUsage } from "#server/ports/kernels.ts";

/**
 * Limits for a whole sandbox by control groups, in version 1 (one tree per controller) and version 2 (one tree).
 * Ours live in `<mount>/sheaf/<scope>/<name>`; the scope names one engine of one data folder, so that a sweep
 * finds what a former life left.
 */
export type ControlGroup = {
  /** A process enters by writing its id into each of these. */
  readonly joinFiles: readonly string[];
  usage(): Promise<KernelUsage>;
  processIds(): Promise<number[]>;
  /** False when more than that is in use already. */
  limitMemory(bytes: number): Promise<boolean>;
  /** From now on these limits hold, also for what runs in it already. */
  limit(limits: KernelLimits): Promise<void>;
  /** Whether the kernel's memory limit killed a process in here. */
  ranOutOfMemory(): Promise<boolean>;
  /** How many processes that was. */
  countMemoryKills(): Promise<number>;
  /** Kills all processes, waits until they are gone and removes the group. */
  remove(): Promise<void>;
};

export type ControlGroups = {
  readonly version: 1 | 2;
  create(name: string, limits: KernelLimits): Promise<ControlGroup>;
  /** Removes all groups of the scope but those named; answers how many held processes. */
  sweep(keep: ReadonlySet<string>): Promise<number>;
  /** Removes the scope itself, where it is empty: another process may have groups in it. */
  close(): Promise<void>;
};

const controllers = ["memory", "cpu", "pids", "cpuacct"] as const;
type Controller = (typeof controllers)[number];
type Places = { readonly version: 1; readonly at: Readonly<Record<Controller, string>> } | { readonly version: 2; readonly at: string };

/** Null where control groups are absent or may not be written. */
export async function openControlGroups(scope: string, mountInfo?: string): Promise<ControlGroups | null> {
  const places = findPlaces(mountInfo ?? (await readFile("/proc/self/mountinfo", "utf8").catch(() => "")));
  if (!places) return null;
  try {
    const scopeFolders = await makeScope(places, scope);
    return manageGroups(places, scope, scopeFolders);
  } catch {
    return null;
  }
}

export function findPlaces(mountInfo: string): Places | null {
  const found: Partial<Record<Controller, string>> = {};
  let unified: string | null = null;
  for (const line of mountInfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const mountPoint = left.split(" ")[4];
    const [type, , options = ""] = right.split(" ");
    if (mountPoint === undefined) continue;
    if (type === "cgroup2") unified ??= mountPoint;
    if (type === "cgroup") for (const controller of controllers) if (options.split(",").includes(controller)) found[controller] ??= mountPoint;
  }
  const { memory, cpu, pids, cpuacct } = found;
  if (memory && cpu && pids && cpuacct) return { version: 1, at: { memory, cpu, pids, cpuacct } };
  return unified === null ? null : { version: 2, at: unified };
}

async function makeScope(places: Places, scope: string): Promise<readonly string[]> {
  if (places.version === 1) {
    const folders = [...new Set(Object.values(places.at))].map((mount) => path.join(mount, "sheaf", scope));
    for (const folder of folders) await mkdir(folder, { recursive: true });
    return folders;
  }
  const folder = path.join(places.at, "sheaf", scope);
  await mkdir(folder, { recursive: true });
  for (const above of [places.at, path.dirname(folder), folder]) await writeFile(path.join(above, "cgroup.subtree_control"), "+memory +cpu +pids");
  return [folder];
}

function manageGroups(places: Places, scope: string, scopeFolders: readonly string[]): ControlGroups {
  const groupIn = (name: string) => ({
    folders: scopeFolders.map((folder) => path.join(folder, name)),
    folderOf: (controller: Controller) => path.join(places.version === 1 ? places.at[controller] : places.at, "sheaf", scope, name),
  });
  return {
    version: places.version,
    async create(name, limits) {
      const { folders, folderOf } = groupIn(name);
      for (const folder of folders) await mkdir(folder, { recursive: true });
      const settings = places.version === 1 ? settingsV1(limits) : settingsV2(limits);
      for (const [controller, file, value, needed] of settings) {
        const writing = writeFile(path.join(folderOf(controller), file), value);
        await (needed ? writing : writing.catch(() => undefined));
      }
      return places.version === 1 ? groupV1(folders, folderOf) : groupV2(folders[0] as string);
    },
    async sweep(keep) {
      let swept = 0;
      const names = new Set<string>();
      for (const folder of scopeFolders)
        for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory() && !keep.has(entry.name)) names.add(entry.name);
      for (const name of names) {
        const { folders, folderOf } = groupIn(name);
        const group = places.version === 1 ? groupV1(folders, folderOf) : groupV2(folders[0] as string);
        if ((await group.processIds()).length > 0) swept += 1;
        await group.remove();
      }
      return swept;
    },
    async close() {
      await Promise.all(scopeFolders.map(removeFolder));
    },
  };
}

type Setting = readonly [Controller, string, string, boolean];
const periodMicroseconds = 100_000;
const quotaOf = (limits: KernelLimits) => Math.max(1000, Math.round(limits.cpus * periodMicroseconds));

/** In this order: the limit with swap may not be below the limit without. */
function settingsV1(limits: KernelLimits): Setting[] {
  return [
    ["memory", "memory.limit_in_bytes", String(limits.memoryBytes), true],
    ["memory", "memory.memsw.limit_in_bytes", String(limits.memoryBytes), false],
    ["memory", "memory.swappiness", "0", false],
    ["cpu", "cpu.cfs_period_us", String(periodMicroseconds), true],
    ["cpu", "cpu.cfs_quota_us", String(quotaOf(limits)), true],
    ["pids", "pids.max", String(limits.processes), true],
  ];
}

function settingsV2(limits: KernelLimits): Setting[] {
  return [
    ["memory", "memory.max", String(limits.memoryBytes), true],
    ["memory", "memory.swap.max", "0", false],
    // All die together: a notebook whose helper was killed would go on with half its work.
    ["memory", "memory.oom.group", "0", false],
    ["cpu", "cpu.max", `${quotaOf(limits)} ${periodMicroseconds}`, true],
    ["pids", "pids.max", String(limits.processes), true],
  ];
}

/** Processor and processes; memory, whose two limits depend on one another, is changed on its own. */
async function changeOthers(settings: readonly Setting[], folderOf: (controller: Controller) => string): Promise<void> {
  for (const [controller, file, value] of settings) if (controller !== "memory") await writeFile(path.join(folderOf(controller), file), value);
}

export function groupV1(folders: readonly string[], folderOf: (controller: Controller) => string): ControlGroup {
  const memory = folderOf("memory");
  const processIds = () => readProcessIds(folderOf("pids"));
  const countMemoryKills = () => readField(path.join(memory, "memory.oom_control"), "oom_kill");
  const limitMemory = async (bytes: number): Promise<boolean> => {
    // The limit with swap must stay above the other at every moment: which comes first depends on the direction.
    const files = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"].map((name) => path.join(memory, name));
    const raise = bytes > (await readNumber(files[0] as string));
    return writeAll(raise ? files.toReversed() : files, String(bytes), (file) => file === files[0]);
  };
  return {
    joinFiles: folders.map((folder) => path.join(folder, "cgroup.procs")),
    processIds,
    async usage() {
      const used = await readNumber(path.join(memory, "memory.usage_in_bytes"));
      const idleCache = await readField(path.join(memory, "memory.stat"), "total_inactive_file");
      return {
        memoryBytes: Math.max(0, used - idleCache),
        peakMemoryBytes: await readNumber(path.join(memory, "memory.max_usage_in_bytes")),
        cpuSeconds: (await readNumber(path.join(folderOf("cpuacct"), "cpuacct.usage"))) / 1e9,
      };
    },
    limitMemory,
    async limit(limits) {
      await changeOthers(settingsV1(limits), folderOf);
      await limitMemory(limits.memoryBytes);
    },
    countMemoryKills,
    ranOutOfMemory: async () => (await countMemoryKills()) > 0,
    async remove() {
      // Nothing can be born while we count.
      await writeFile(path.join(folderOf("pids"), "pids.max"), "0").catch(() => undefined);
      await killAndRemove(folders, processIds);
    },
  };
}

export function groupV2(folder: string): ControlGroup {
  const processIds = () => readProcessIds(folder);
  const countMemoryKills = () => readField(path.join(folder, "memory.events"), "oom_kill");
  const limitMemory = (bytes: number) => writeAll([path.join(folder, "memory.max")], String(bytes), () => true);
  return {
    joinFiles: [path.join(folder, "cgroup.procs")],
    processIds,
    async usage() {
      const used = await readNumber(path.join(folder, "memory.current"));
      const idleCache = await readField(path.join(folder, "memory.stat"), "inactive_file");
      const memoryBytes = Math.max(0, used - idleCache);
      // memory.peak is there from Linux 5.19 on.
      return {
        memoryBytes,
        peakMemoryBytes: Math.max(memoryBytes, await readNumber(path.join(folder, "memory.peak"))),
        cpuSeconds: (await readField(path.join(folder, "cpu.stat"), "usage_usec")) / 1e6,
      };
    },
    limitMemory,
    async limit(limits) {
      await changeOthers(settingsV2(limits), () => folder);
      await limitMemory(limits.memoryBytes);
    },
    countMemoryKills,
    ranOutOfMemory: async () => (await countMemoryKills()) > 0,
    async remove() {
      await writeFile(path.join(folder, "cgroup.kill"), "1").catch(() => undefined);
      await killAndRemove([folder], processIds);
    },
  };
}

/** Whether all files that are needed took the value; systems without swap accounting lack the others. */
async function writeAll(files: readonly string[], value: string, isNeeded: (file: string) => boolean): Promise<boolean> {
  let complete = true;
  for (const file of files) {
    const written = await writeFile(file, value).then(
      () => true,
      () => false,
    );
    if (!written && isNeeded(file)) complete = false;
  }
  return complete;
}

async function killAndRemove(folders: readonly string[], processIds: () => Promise<number[]>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    for (const pid of await processIds()) killQuietly(pid);
    const left = await Promise.all(folders.map(removeFolder));
    if (left.every((gone) => gone)) return;
    await sleep(Math.min(5 + attempt, 50));
  }
}

async function removeFolder(folder: string): Promise<boolean> {
  await rmdir(folder).catch(() => undefined);
  return !(await stat(folder).catch(() => null));
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

async function readProcessIds(folder: string): Promise<number[]> {
  const text = await readFile(path.join(folder, "cgroup.procs"), "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

async function readNumber(file: string): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "0");
  return Number.parseInt(text, 10) || 0;
}

async function readField(file: string, field: string): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "");
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${field} `));
  return line === undefined ? 0 : Number.parseInt(line.slice(field.length + 1), 10) || 0;
}
