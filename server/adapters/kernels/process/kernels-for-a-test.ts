import { setTimeout as sleep } from "node:timers/promises";
import { createLogger } from "#server/log.ts";
import { execute, usualLimits, value } from "../execute-for-a-test.ts";
import { createProcessKernels, type ProcessKernelsOptions } from "./kernels.ts";
import { descendantsOf } from "./process-tree.ts";

/** A server of its own for tests that kill it or run it as somebody else: `node kernels-for-a-test.ts OPTIONS wait|report`. */
const [optionsText = "", mode = ""] = process.argv.slice(2);
const kernels = await createProcessKernels(JSON.parse(optionsText) as ProcessKernelsOptions, createLogger("other", "error"));
const [first, second] = await Promise.all(
  ["first", "second"].map(async (sessionId) => value(await kernels.start({ sessionId, language: "python", limits: usualLimits }))),
);
if (!first || !second) throw new Error("There are two.");

const attempts = {
  shadow: "open('/etc/shadow').read()",
  other_files: `open(${JSON.stringify(`${second.workFolder}/x`)}, 'w')`,
  through_init: `open('/proc/1/root' + ${JSON.stringify(`${second.workFolder}/x`)}, 'w')`,
  server: `os.kill(${process.pid}, 0)`,
  network: "socket.create_connection(('127.0.0.1', 22), timeout=1)",
  vsock: "socket.socket(40, socket.SOCK_STREAM)",
  runtime: "open('/usr/bin/x', 'w')",
  root: "open('/x', 'w')",
  device: "open('/dev/x', 'w')",
  setuid: "os.setuid(0)",
  memory_disk: "for n in range(40): open(f'/dev/shm/{n}', 'wb').write(bytes(10 << 20))",
  memory: "\n    try: bytearray(10 << 30)\n    except MemoryError: raise OSError()",
  processes: "import subprocess\n    for n in range(500): subprocess.Popen(['sleep', '20'])",
};

if (mode === "wait") {
  const pids = await descendantsOf(process.pid);
  process.stdout.write(`${JSON.stringify({ kernelPids: pids.filter((pid) => pid !== process.pid) })}\n`);
  await sleep(600_000);
} else {
  const { protections, safeForVisitors } = await kernels.describe();
  const outcomes: Record<string, string> = {};
  for (const [name, code] of Object.entries(attempts)) {
    const said = await execute(first, `import os, socket\ntry:\n    ${code}\n    print('allowed')\nexcept OSError: print('refused')`);
    outcomes[name] = said.text.trim() || said.error;
  }
  const sum = (await execute(second, "1 + 1")).text;
  const sleeping = execute(second, "import time\nfor _ in range(600): time.sleep(0.1)");
  await sleep(1000);
  await second.interrupt();
  const interrupted = (await sleeping).error.includes("KeyboardInterrupt");
  await kernels.close();
  const unprotected = protections.filter((protection) => !protection.holds).map((protection) => protection.name);
  process.stdout.write(`${JSON.stringify({ safeForVisitors, unprotected, attempts: outcomes, sum, interrupted })}\n`);
}
