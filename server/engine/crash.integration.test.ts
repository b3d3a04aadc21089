import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { RunEvent } from "#lib/domain/run.ts";
import { foldEvents } from "#lib/worksheet/fold-events.ts";
import { type EngineSite, engineSite, type SampleWorksheet } from "#tests/engine.ts";
import { type EngineProcess, kernelProcesses, startEngineProcess } from "#tests/engine-process.ts";
import { recoverRuns } from "./recover-runs.ts";

const kills = 20;

describe("an engine that is killed at any moment", () => {
  let site: EngineSite;
  let engine: EngineProcess;
  let sheet: SampleWorksheet;
  const start = () => startEngineProcess({ ...site.environment, SHEAF_LOG_LEVEL: "error" });

  beforeAll(async () => {
    site = await engineSite({ SHEAF_CAPACITY: "2" });
    engine = await start();
    sheet = await site.publish([
      { source: "n = 1", tags: ["parameters"] },
      "import time\nfor i in range(8):\n    print(n, i, flush=True)\n    time.sleep(0.1)",
      "n * 2",
    ]);
    await site.final(sheet.runId);
  });
  afterAll(async () => {
    await engine?.kill("SIGKILL").catch(() => {});
    await site?.close();
  });

  test(`leaves every run finished or told as lost, and no kernel, after ${kills} times`, async () => {
    const ids: RunId[] = [];
    for (let n = 0; n < kills; n++) {
      for (let k = 0; k < 3; k++) ids.push(await site.run(sheet, { n: ids.length }, { queueKey: `person ${k}` }));
      await sleep(50 + Math.random() * 1500);
      await engine.kill("SIGKILL");
      engine = await start();
    }
    const states = new Map<string, number>();
    for (const [index, id] of ids.entries()) {
      const run = await site.final(id, 120);
      states.set(run.state, (states.get(run.state) ?? 0) + 1);
      expect(["done", "lost"], JSON.stringify(run.error)).toContain(run.state);
      const cells = await site.store.listRunCells(id);
      if (run.state === "done") expect(cells.at(-1)?.outputs).toMatchObject([{ output_type: "execute_result", data: { "text/plain": String(index * 2) } }]);
      else expect(run.error?.message).toContain("restarted");
      // Whoever followed from the beginning sees what is stored, also across restarts.
      const events = await site.store.listRunEvents(id, 0, 1_000_000);
      expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => at + 1));
      const shown = foldEvents(
        [],
        events.map((one) => one.event),
      ).map((cell) => cell.outputs);
      expect(shown.filter((outputs) => outputs.length > 0)).toEqual(cells.map((cell) => cell.outputs).filter((outputs) => outputs.length > 0));
    }
    console.info("after the kills:", Object.fromEntries(states));
    await engine.kill("SIGTERM");
    await expect.poll(() => kernelProcesses(site.config.runtimeFolder), { timeout: 10_000 }).toEqual([]);
    expect(await readdir(`${site.config.dataFolder}/kernels/engine`)).toEqual([]);
  }, 600_000);

  test("loses at most one run when it is killed twice with all of them", async () => {
    await engine.kill("SIGTERM");
    engine = await startEngineProcess({ ...site.environment, SHEAF_LOG_LEVEL: "error", SHEAF_CAPACITY: "3" });
    const slow = await site.publish([{ source: "n = 1", tags: ["parameters"] }, "import time\ntime.sleep(4)", "n"]);
    await site.final(slow.runId);
    const ids = await Promise.all([1, 2, 3].map((n) => site.run(slow, { n }, { queueKey: `person ${n}` })));
    const states = () => Promise.all(ids.map(async (id) => (await site.store.findRun(id))?.state));
    await expect.poll(states, { timeout: 30_000, interval: 20 }).toEqual(["running", "running", "running"]);
    await engine.kill("SIGKILL");
    engine = await startEngineProcess({ ...site.environment, SHEAF_LOG_LEVEL: "error", SHEAF_CAPACITY: "3" });
    await expect.poll(states, { timeout: 30_000, interval: 20 }).toContain("running");
    // Others would be running by now.
    await sleep(1000);
    await engine.kill("SIGKILL");
    engine = await start();
    const ended = await Promise.all(ids.map(async (id) => (await site.final(id, 120)).state));
    expect(ended.toSorted()).toEqual(["done", "done", "lost"]);
    await engine.kill("SIGTERM");
  }, 200_000);

  test("goes on numbering where a run ended, however much it had said", async () => {
    const id = await site.run(sheet, { n: 6 });
    const claimed = await site.store.claimRun("gone" as EngineId, new Date());
    expect(claimed?.id).toBe(id);
    const said = Array.from(
      { length: 2500 },
      (_, n): RunEvent => ({ type: "output", index: 0, output: { output_type: "stream", name: "stdout", text: `${n}\n` } }),
    );
    await site.store.appendRunEvents(id, 1, said);
    await recoverRuns(site.store, {
      engineId: "other" as EngineId,
      isRunning: () => false,
      booting: true,
      silentMs: 15_000,
      maxAttempts: 2,
      now: new Date(),
      log: site.log,
    });
    const events = await site.store.listRunEvents(id, 2490, 100);
    expect(events.map((one) => one.seq)).toEqual([2491, 2492, 2493, 2494, 2495, 2496, 2497, 2498, 2499, 2500, 2501, 2502]);
    expect(events.slice(-2).map((one) => one.event.type)).toEqual(["clear", "state"]);
    engine = await start();
    expect((await site.final(id)).state).toBe("done");
    await engine.kill("SIGTERM");
  });

  test("stops at once when its supervisor is gone, and puts its runs back", async () => {
    engine = await start();
    const id = await site.run(sheet, { n: 5 });
    await expect.poll(async () => (await site.store.findRun(id))?.state, { timeout: 30_000 }).toBe("running");
    engine.child.disconnect();
    await expect.poll(() => kernelProcesses(site.config.runtimeFolder), { timeout: 15_000 }).toEqual([]);
    await expect.poll(async () => (await site.store.findRun(id))?.state, { timeout: 10_000 }).toBe("queued");
    engine = await start();
    const run = await site.final(id);
    // It was put back in order: nobody may take it for one that brings engines down.
    expect([run.state, run.attempt]).toEqual(["done", 1]);
    await engine.kill("SIGTERM");
  });

  test("two engines share the queue and no run", async () => {
    await engine.kill("SIGTERM");
    const engines = await Promise.all(["one", "two"].map((id) => startEngineProcess({ ...site.environment, SHEAF_ENGINE_ID: id, SHEAF_POOL_SIZE: "0" })));
    onTestFinished(async () => void (await Promise.all(engines.map((one) => one.kill("SIGKILL")))));
    const ids: RunId[] = [];
    for (let n = 0; n < 6; n++) ids.push(await site.run(sheet, { n }, { queueKey: `person ${n}` }));
    const runs = await Promise.all(ids.map((id) => site.final(id, 120)));
    expect(runs.map(({ state, attempt, error }) => ({ state, attempt, error }))).toEqual(ids.map(() => ({ state: "done", attempt: 1, error: null })));
    expect(new Set(runs.map((run) => run.engineId?.split("-")[0]))).toEqual(new Set(["one", "two"]));
    await Promise.all(engines.map((one) => one.kill("SIGTERM")));
  });

  test("engines that slept together, and wake up, take no run from each other", async () => {
    await engine.kill("SIGTERM");
    const engines = await Promise.all(["one", "two"].map((id) => startEngineProcess({ ...site.environment, SHEAF_ENGINE_ID: id, SHEAF_POOL_SIZE: "0" })));
    onTestFinished(async () => void (await Promise.all(engines.map((one) => one.kill("SIGKILL")))));
    const long = await site.publish([{ source: "n = 1", tags: ["parameters"] }, "import time\nfor i in range(24):\n    print(i)\n    time.sleep(1)", "n"]);
    // So long that each may call the other silent.
    await Promise.all([site.final(long.runId, 90), sleep(21_000)]);
    const ids = await Promise.all([1, 2, 3, 4].map((n) => site.run(long, { n }, { queueKey: `sleeper ${n}` })));
    const states = () => Promise.all(ids.map(async (id) => (await site.store.findRun(id))?.state));
    await expect.poll(states, { timeout: 60_000 }).toEqual(ids.map(() => "running"));
    for (const one of engines) one.child.kill("SIGSTOP");
    await sleep(17_000);
    for (const one of engines) one.child.kill("SIGCONT");
    const runs = await Promise.all(ids.map((id) => site.final(id, 120)));
    expect(runs.map(({ state, attempt, error }) => ({ state, attempt, error }))).toEqual(ids.map(() => ({ state: "done", attempt: 1, error: null })));
  }, 200_000);

  test("another engine takes over the runs of one that is silent", async () => {
    await engine.kill("SIGTERM");
    const first = await startEngineProcess({ ...site.environment, SHEAF_ENGINE_ID: "first", SHEAF_POOL_SIZE: "0", SHEAF_CAPACITY: "1" });
    const id = await site.run(sheet, { n: 4 });
    await expect.poll(async () => (await site.store.findRun(id))?.state, { timeout: 30_000 }).toBe("running");
    await first.kill("SIGKILL");
    const second = await startEngineProcess({ ...site.environment, SHEAF_ENGINE_ID: "second", SHEAF_POOL_SIZE: "0" });
    onTestFinished(() => second.kill("SIGKILL"));
    const run = await site.final(id, 90);
    expect([run.state, run.engineId?.split("-")[0], run.attempt]).toEqual(["done", "second", 2]);
    await second.kill("SIGTERM");
  });
});
