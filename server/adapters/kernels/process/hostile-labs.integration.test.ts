import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createLogger } from "#server/log.ts";
import { attempts, hostileLabsContract, identity, reading, refusedAll, writing } from "../hostile-labs-contract.ts";
import { createProcessKernels } from "./kernels.ts";
import { optionsIn } from "./test-options.ts";

const isRoot = process.getuid?.() === 0;

hostileLabsContract("a process", ["cold", "warm"], (dataFolder) => createProcessKernels(optionsIn(dataFolder), createLogger("test", "error")));

test.runIf(isRoot)("an ordinary user's labs are isolated as well, and start without waiting ones", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "labs-user-"));
  const options = optionsIn(path.join(folder, "data"));
  for (const each of [folder, options.dataFolder, options.runtimeFolder]) await chmod(each, 0o777);
  const tries = {
    shadow: reading("/etc/shadow"),
    data: reading(path.join(options.dataFolder, "x")),
    root: writing("/x"),
    setuid: "os.setuid(0)",
    home: writing("/home/x"),
  };
  const program = path.join(import.meta.dirname, "labs-for-a-test.ts");
  const command = [
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--",
    process.execPath,
    program,
    JSON.stringify(options),
    `${attempts(tries)}\n${identity}`,
  ];
  const { stdout } = await promisify(execFile)("setpriv", command, { timeout: 90_000 });
  const report = JSON.parse(stdout.split("\n").find((line) => line.startsWith("{")) ?? "{}") as {
    labs: { works: boolean; warm: boolean; how: string };
    warm: boolean;
    said: string;
  };
  expect(report).toMatchObject({ labs: { works: true, warm: false, how: expect.stringContaining("not run as root") }, warm: false });
  expect(
    report.said
      .trim()
      .split("\n")
      .map((line) => line.trim()),
  ).toEqual([...refusedAll(tries), ...Array(2).fill(expect.stringMatching(/^\[0, 0, 0, 0, 0\] 1 2 False/))]);
  await rm(folder, { recursive: true, force: true });
});
