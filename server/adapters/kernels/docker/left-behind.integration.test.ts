import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "#server/log.ts";
import { execute, usualLimits, value } from "../execute-for-a-test.ts";
import { openEngine } from "./engine.ts";
import { createDockerKernels } from "./kernels.ts";
import { optionsIn, whyNoDocker } from "./test-options.ts";
import { followStatistics } from "./usage-meter.ts";

const log = createLogger("test", "fatal");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "left-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(whyNoDocker !== null)("with a container engine", () => {
  test("what a former life left is removed at the next start, by nobody who only asks, and nobody else's is touched", async () => {
    const options = optionsIn(path.join(folder, "one"));
    const former = await createDockerKernels(options, log);
    const neighbour = await createDockerKernels(optionsIn(path.join(folder, "two")), log);
    const request = { language: "python" as const, limits: usualLimits };
    const left = value(await former.start({ ...request, sessionId: "left" }));
    const other = value(await neighbour.start({ ...request, sessionId: "other" }));

    const asking = await createDockerKernels(options, log);
    expect((await asking.describe()).languages).toEqual(["python", "r"]);
    await asking.close();
    expect((await execute(left, "1 + 1")).text).toContain("2");

    const next = await createDockerKernels(options, log);
    expect(await next.sweep()).toBe(1);
    expect(await left.exited).toMatchObject({ reason: "lost" });
    expect(await readdir(path.join(options.dataFolder, "kernels/test"))).toEqual([]);
    expect(await next.sweep()).toBe(0);
    expect((await execute(other, "1 + 1")).text).toContain("2");
    await Promise.all([former.close(), neighbour.close(), next.close()]);
  });

  test("what a kernel uses is told alike by its control group and by the engine's stream", async () => {
    const options = optionsIn(path.join(folder, "usage"));
    const kernels = await createDockerKernels(options, log);
    const kernel = value(await kernels.start({ sessionId: "used", language: "python", limits: usualLimits }));
    await execute(kernel, "block = b'x' * 100_000_000");
    const engine = openEngine(options.docker.address);
    const [found] = await engine.listContainers({ filters: { label: ["sheaf.session=used"] } });
    const stream = followStatistics({ api: engine.getContainer(found?.Id ?? "") });
    const [told, counted] = [await stream.next(), await kernel.usage()];
    stream.stop();
    expect(Math.abs(told.memoryBytes - counted.memoryBytes)).toBeLessThan(20_000_000);
    expect(told.peakMemoryBytes).toBeGreaterThan(100_000_000);
    expect(told.cpuSeconds).toBeGreaterThan(0);
    await kernels.close();
  });

  test("says what is wrong where there is no engine, no image, or no such runtime, and what to do", async () => {
    const options = optionsIn(path.join(folder, "none"));
    const without = (docker: Partial<typeof options.docker>) => createDockerKernels({ ...options, docker: { ...options.docker, ...docker } }, log);
    const absent = await without({ address: `unix://${folder}/nobody.sock` });
    const imageless = await without({ images: "sheaf-test/absent" });
    const unknown = await without({ runtime: "sheaf-no-such-runtime" });
    for (const [kernels, words] of [
      [absent, /systemctl start docker.*SHEAF_DOCKER_HOST/],
      [imageless, /sheaf-test\/absent\/kernel:trixie-\w+ is not there.*images build/],
      [unknown, /SHEAF_DOCKER_RUNTIME/],
    ] as const) {
      expect(await kernels.describe()).toMatchObject({ safeForVisitors: false, languages: [], labs: { works: false, how: expect.stringMatching(words) } });
      expect(await kernels.start({ sessionId: "none", language: "python", limits: usualLimits })).toMatchObject({
        ok: false,
        failure: { code: "unavailable" },
      });
      await kernels.close();
    }
    // Nothing of the trials is left.
    const { docker } = options;
    expect(await openEngine(docker.address).listContainers({ all: true, filters: { label: ["sheaf.kind=trial"], status: ["created", "exited"] } })).toEqual([]);
  });
});
