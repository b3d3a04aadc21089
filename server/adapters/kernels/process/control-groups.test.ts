import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPlaces, openControlGroups } from "./control-groups.ts";

const limits = { memoryBytes: 1_000_000, cpus: 0.5, processes: 20, diskBytes: 1 };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "groups-"));
});
afterEach(async () => rm(folder, { recursive: true }));

test("finds the trees of version 1, also where two controllers share one", () => {
  const line = (mount: string, options: string) => `30 1 0:25 / ${mount} rw,relatime - cgroup cgroup rw,${options}`;
  expect(findPlaces([line("/c/memory", "memory"), line("/c/cpu,cpuacct", "cpu,cpuacct"), line("/c/pids", "pids")].join("\n"))).toEqual({
    version: 1,
    at: { memory: "/c/memory", cpu: "/c/cpu,cpuacct", cpuacct: "/c/cpu,cpuacct", pids: "/c/pids" },
  });
});

test("takes version 2 where version 1 is not whole, and none where there is none", () => {
  expect(findPlaces("29 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")).toEqual({ version: 2, at: "/sys/fs/cgroup" });
  expect(findPlaces("29 1 0:26 / /proc rw - proc proc rw")).toBeNull();
});

test("writes the limits of version 2 and reads what was used", async () => {
  const groups = await openControlGroups("scope", `29 1 0:26 / ${folder} rw - cgroup2 cgroup2 rw`);
  const group = await groups?.create("kernel", limits);
  const at = path.join(folder, "sheaf/scope/kernel");
  expect(group?.joinFiles).toEqual([path.join(at, "cgroup.procs")]);
  const read = (name: string) => readFile(path.join(at, name), "utf8");
  expect(await Promise.all(["memory.max", "memory.swap.max", "cpu.max", "pids.max"].map(read))).toEqual(["1000000", "0", "50000 100000", "20"]);
  expect(await readFile(path.join(folder, "sheaf/scope/cgroup.subtree_control"), "utf8")).toBe("+memory +cpu +pids");
  await writeFile(path.join(at, "memory.current"), "5000\n");
  await writeFile(path.join(at, "memory.stat"), "anon 1\ninactive_file 2000\n");
  await writeFile(path.join(at, "memory.peak"), "9000\n");
  await writeFile(path.join(at, "cpu.stat"), "usage_usec 1500000\nuser_usec 1\n");
  await writeFile(path.join(at, "memory.events"), "low 0\noom 1\noom_kill 1\n");
  expect(await group?.usage()).toEqual({ memoryBytes: 3000, peakMemoryBytes: 9000, cpuSeconds: 1.5 });
  expect(await group?.ranOutOfMemory()).toBe(true);
});

test("does without where the tree cannot be written", async () => {
  await mkdir(path.join(folder, "readonly"));
  await writeFile(path.join(folder, "readonly/sheaf"), "a file in the way");
  expect(await openControlGroups("scope", `29 1 0:26 / ${path.join(folder, "readonly")} rw - cgroup2 cgroup2 rw`)).toBeNull();
});
