import { expect, test } from "vitest";
import type { RunId } from "#lib/domain/ids.ts";
import { type MeasuredKernel, measureRuns } from "./measure-runs.ts";

const kernel = (memoryBytes: number, cpuSeconds: number): MeasuredKernel => ({
  kernel: { usage: async () => ({ memoryBytes, peakMemoryBytes: 9e9, cpuSeconds }) },
  limitBytes: 1000,
});
const gone: MeasuredKernel = { kernel: { usage: () => Promise.reject(new Error("no such process")) }, limitBytes: 1000 };

test("what runs use is told of each and added up, and a kernel that ends meanwhile uses nothing", async () => {
  const inUse = new Map(Object.entries({ run_a: kernel(100, 1), run_b: kernel(50, 0.5), run_c: gone }).map(([id, one]) => [id as RunId, one] as const));
  const measured = measureRuns(inUse);
  expect(measured.latest()).toEqual({ memoryBytes: 0, cpuSeconds: 0, each: {} });
  await measured.look();
  expect(measured.latest()).toMatchObject({ memoryBytes: 150, cpuSeconds: 1.5 });
  expect(measured.latest().each).toMatchObject({ run_a: { memoryBytes: 100, limitBytes: 1000, cpuSeconds: 1 }, run_c: { memoryBytes: 0 } });
  inUse.clear();
  await measured.look();
  expect(measured.latest()).toEqual({ memoryBytes: 0, cpuSeconds: 0, each: {} });
  measured.stop();
});
