import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "#server/log.ts";
import type { Kernel, KernelsPort } from "#server/ports/kernels.ts";
import { findOwnEngine, killOwnEngine, type OwnEngine, startOwnEngine } from "#tests/docker-engine.ts";
import { engineSite } from "#tests/engine.ts";
import { startEngineProcess } from "#tests/engine-process.ts";
import { labSite } from "#tests/lab-site.ts";
import { execute, usualLimits, value } from "../execute-for-a-test.ts";
import { createDockerKernels } from "./kernels.ts";
import { optionsIn, whyNoDocker } from "./test-options.ts";

const engine = whyNoDocker === null ? await findOwnEngine() : null;
if (whyNoDocker === null && engine === null) console.log("skipped: the container engine was not started by these tests, which would kill it");

describe.skipIf(engine === null)("a container engine that is killed and comes back", () => {
  const { args } = engine as OwnEngine;
  const started: Kernel[] = [];
  let folder: string;
  let kernels: KernelsPort;
  const start = async (sessionId: string): Promise<Kernel> => {
    const kernel = value(await kernels.start({ sessionId, language: "python", limits: usualLimits }));
    started.push(kernel);
    return kernel;
  };
  const kill = async (): Promise<void> => killOwnEngine((await findOwnEngine()) as OwnEngine);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "killed-"));
    kernels = await createDockerKernels(optionsIn(path.join(folder, "data")), createLogger("test", "error"));
    await kernels.sweep();
  });
  afterEach(async () => {
    if ((await findOwnEngine()) === null) await startOwnEngine({ args });
    await Promise.all(started.splice(0).map((kernel) => kernel.kill()));
  });
  afterAll(async () => {
    await kernels.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("leaves kernels at work while it is away, and keeps them when it is told to", async () => {
    const kernel = await start("kept");
    await execute(kernel, "kept = 42");
    await kill();
    expect((await execute(kernel, "print(kept)")).text).toBe("42\n");
    expect((await kernels.describe()).labs).toMatchObject({ works: false, how: expect.stringContaining("does not answer at the moment") });
    await startOwnEngine({ args: [...args, "--live-restore"] });
    expect((await execute(kernel, "print(kept)")).text).toBe("42\n");
    await expect.poll(async () => (await kernels.describe()).labs.works, { timeout: 20_000 }).toBe(true);
    expect((await kernel.usage()).memoryBytes).toBeGreaterThan(0);
    void execute(kernel, "import os; os._exit(3)");
    expect(await kernel.exited).toEqual({ reason: "exited", code: 3 });
  });

  test("has the loss of a kernel told as such, and a start that was asked for meanwhile waits for it", async () => {
    const kernel = await start("lost");
    await kill();
    const waiting = start("waited");
    await startOwnEngine({ args });
    expect(await kernel.exited).toMatchObject({ reason: "lost" });
    expect((await execute(await waiting, "1 + 1")).text).toContain("2");
  });

  test("has a lab that was open told as lost; it opens again, with what was saved in it", async () => {
    const site = await labSite({ SHEAF_KERNELS: "docker" });
    const process = await startEngineProcess({ ...site.environment, SHEAF_LOG_LEVEL: "error" });
    const { lab, client } = await site.open(await site.project());
    const saved = await client.request("PUT", "api/contents/kept.txt", { type: "file", format: "text", content: "kept" });
    expect(saved.status).toBe(201);
    await kill();
    await startOwnEngine({ args });
    expect(await site.until(lab.id, (row) => row.state === "stopped")).toMatchObject({ stopReason: "ended", error: expect.stringContaining("was restarted") });
    const again = await site.open(lab.projectId);
    expect((await again.client.request("GET", "api/contents/kept.txt")).body).toMatchObject({ content: "kept" });
    await process.kill("SIGTERM");
    await site.close();
  }, 300_000);

  test("loses no run: what was under way goes again, what was queued follows", async () => {
    const site = await engineSite({ SHEAF_KERNELS: "docker", SHEAF_CAPACITY: "2" });
    const process = await startEngineProcess({ ...site.environment, SHEAF_LOG_LEVEL: "error" });
    const worksheet = await site.publish(["import time\nfor n in range(8): time.sleep(0.5)\nprint('slept')"]);
    await site.final(worksheet.runId);
    const runs = await Promise.all([1, 2, 3].map(() => site.run(worksheet)));
    await expect
      .poll(async () => (await Promise.all(runs.map((id) => site.store.findRun(id)))).filter((run) => run?.state === "running").length, { timeout: 90_000 })
      .toBe(2);
    await kill();
    await startOwnEngine({ args });
    for (const id of runs) expect(await site.final(id, 180)).toMatchObject({ state: "done", error: null });
    await process.kill("SIGTERM");
    await site.close();
  }, 300_000);
});
