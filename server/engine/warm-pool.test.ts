import { expect, test } from "vitest";
import type { Language } from "#lib/domain/worksheet.ts";
import { ok } from "#lib/result.ts";
import { createLogger } from "#server/log.ts";
import type { ReadyKernel } from "./start-kernel.ts";
import { createWarmPool, type WarmKind } from "./warm-pool.ts";

const python: WarmKind = { key: "python", language: "python", preload: [], checkout: null };
const version: WarmKind = { key: "ve_1", language: "python", preload: ["import numpy", "import math"], checkout: "/files" };

function makePool() {
  const made: { sessionId: string; executed: string[]; given: string[]; killed: boolean }[] = [];
  const start = async (language: Language) => {
    const one = { sessionId: `k${made.length}`, executed: [] as string[], given: [] as string[], killed: false };
    made.push(one);
    const kernel = {
      ...one,
      language,
      exited: new Promise(() => {}),
      giveFiles: async (folder: string) => void one.given.push(folder),
      kill: async () => {
        one.killed = true;
      },
    };
    const client = { execute: async (source: string) => void one.executed.push(source), close() {} };
    return ok({ kernel, client, memoryBytes: 1, givenCheckout: null } as unknown as ReadyKernel);
  };
  const pool = createWarmPool({ start, busy: () => 0, log: createLogger("tests", "silent") });
  return { made, pool, keep: (...kinds: [WarmKind, number][]) => pool.keep(new Map(kinds.map(([kind, count]) => [kind.key, { kind, count }]))) };
}

test("no kernel is given to two runs, whatever they ask at once", async () => {
  const { pool, keep, made } = makePool();
  keep([python, 3], [version, 2]);
  await expect.poll(() => pool.counts()).toEqual({ python: 3, ve_1: 2 });
  const taken = await Promise.all(Array.from({ length: 40 }, (_, n) => pool.take("python", n % 2 === 0 ? "ve_1" : "ve_2")));
  const names = taken.map((one) => (one.ok ? one.value.kernel.sessionId : ""));
  expect(new Set(names).size).toBe(40);
  await pool.stop();
  // What was given away is its taker's to end; what was left is gone.
  expect(made.filter((one) => names.includes(one.sessionId) && one.killed)).toEqual([]);
  expect(made.filter((one) => !names.includes(one.sessionId) && !one.killed)).toEqual([]);
});

test("a run gets its worksheet's own kernel, with its files and imports, before one of its language", async () => {
  const { pool, keep, made } = makePool();
  keep([python, 1], [version, 1]);
  await expect.poll(() => pool.counts()).toEqual({ python: 1, ve_1: 1 });
  const taken = await pool.take("python", "ve_1");
  const mine = made.find((one) => taken.ok && one.sessionId === taken.value.kernel.sessionId);
  expect([mine?.executed, mine?.given]).toEqual([version.preload, ["/files"]]);
  expect(taken.ok && taken.value.givenCheckout).toBe("/files");
  await pool.stop();
});

test("another worksheet never gets it", async () => {
  const { pool, keep } = makePool();
  keep([version, 1]);
  await expect.poll(() => pool.counts()).toEqual({ ve_1: 1 });
  const taken = await pool.take("python", "ve_2");
  expect(taken.ok && taken.value.givenCheckout).toBeNull();
  await pool.stop();
});
