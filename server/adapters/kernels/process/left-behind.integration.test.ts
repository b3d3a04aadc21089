import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "#server/log.ts";
import { execute, usualLimits, value } from "../execute-for-a-test.ts";
import { createProcessKernels, type ProcessKernelsOptions } from "./kernels.ts";
import { optionsIn } from "./test-options.ts";

const program = path.join(import.meta.dirname, "kernels-for-a-test.ts");
const isRoot = process.getuid?.() === 0;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "left-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Another process that starts two kernels and says what it found. */
async function inAnotherProcess(
  options: ProcessKernelsOptions,
  mode: "wait" | "report",
  asUser: readonly string[] = [],
): Promise<{ said: string; end: (signal: NodeJS.Signals) => Promise<void> }> {
  const [command = "", ...args] = [...asUser, process.execPath, program, JSON.stringify(options), mode];
  const child = spawn(command, args, { cwd: path.resolve(import.meta.dirname, "../../../.."), stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith("{"))
      return {
        said: line,
        end: async (signal) => {
          child.kill(signal);
          await closed;
        },
      };
  throw new Error("The other process said nothing.");
}

async function commandLinesWith(text: string): Promise<number> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(text)).length;
}

test("no kernel outlives a server that was killed with SIGKILL, and its leftovers are swept", async () => {
  const options = optionsIn(path.join(folder, "killed"));
  const other = await inAnotherProcess(options, "wait");
  const { kernelPids } = JSON.parse(other.said) as { kernelPids: number[] };
  expect(kernelPids.length).toBeGreaterThanOrEqual(2);
  await other.end("SIGKILL");
  for (let attempt = 0; attempt < 100 && (await living(kernelPids)) > 0; attempt += 1) await sleep(50);
  expect(await living(kernelPids)).toBe(0);

  expect(await readdir(path.join(options.dataFolder, "kernels/test"))).toHaveLength(2);
  const kernels = await createProcessKernels(options, createLogger("test", "error"));
  expect(await kernels.sweep()).toBe(2);
  expect(await kernels.sweep()).toBe(0);
  expect(await readdir(path.join(options.dataFolder, "kernels/test"))).toEqual([]);
  await kernels.close();
});

test("whoever only asks what this machine can do ends no kernel of a server that runs", async () => {
  const options = optionsIn(path.join(folder, "asked"));
  const kernels = await createProcessKernels(options, createLogger("test", "error"));
  const kernel = value(await kernels.start({ sessionId: "running", language: "python", limits: usualLimits }));
  const asking = await createProcessKernels(options, createLogger("test", "error"));
  expect((await asking.describe()).labs.works).toBe(true);
  await asking.close();
  expect((await execute(kernel, "1 + 1")).text).toContain("2");
  await kernels.close();
});

test.runIf(isRoot)("an ordinary user's kernels are isolated as well", async () => {
  const options = optionsIn(path.join(folder, "user"));
  const asUser = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  await chmod(folder, 0o755);
  await mkdir(options.dataFolder, { recursive: true });
  for (const each of [options.dataFolder, options.runtimeFolder]) await chmod(each, 0o777);
  const other = await inAnotherProcess(options, "report", asUser);
  await other.end("SIGTERM");
  const report = JSON.parse(other.said) as {
    safeForVisitors: boolean;
    unprotected: string[];
    attempts: Record<string, string>;
    sum: string;
    interrupted: boolean;
  };
  expect(report.unprotected).toEqual(["cpu"]);
  expect(report.safeForVisitors).toBe(true);
  expect(report.sum).toBe("2");
  expect(report.interrupted).toBe(true);
  expect(Object.entries(report.attempts).filter(([, outcome]) => outcome !== "refused")).toEqual([]);
  expect(await commandLinesWith(options.runtimeFolder)).toBe(0);
});

async function living(pids: readonly number[]): Promise<number> {
  const states = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => null)));
  // A zombie has ended; it waits for whoever inherited it.
  return states.filter((stat) => stat !== null && !/\) Z /.test(stat)).length;
}
