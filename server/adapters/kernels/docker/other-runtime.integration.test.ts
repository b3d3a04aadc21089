import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createLogger } from "#server/log.ts";
import { execute, usualLimits, value } from "../execute-for-a-test.ts";
import { openEngine } from "./engine.ts";
import { createDockerKernels } from "./kernels.ts";
import { optionsIn, whyNoDocker } from "./test-options.ts";

const runtime = "runsc";
const folder = await mkdtemp(path.join(os.tmpdir(), "runtime-"));
const options = optionsIn(path.join(folder, "data"));
const { Runtimes = {} } = whyNoDocker === null ? ((await openEngine(options.docker.address).info()) as { Runtimes?: Record<string, unknown> }) : {};
if (!(runtime in Runtimes)) console.log(`skipped: the container engine has no runtime ${runtime}`);

describe.skipIf(!(runtime in Runtimes))("kernels under gVisor", () => {
  test("answer, and see its kernel of the operating system instead of the machine's", async () => {
    const kernels = await createDockerKernels({ ...options, docker: { ...options.docker, runtime } }, createLogger("test", "error"));
    try {
      const kernel = value(await kernels.start({ sessionId: "apart", language: "python", limits: usualLimits }));
      expect((await execute(kernel, "print(6 * 7)")).text).toBe("42\n");
      expect((await execute(kernel, "print(open('/proc/version').read())")).text).not.toContain(os.release());
      await kernel.kill();
    } finally {
      await kernels.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
