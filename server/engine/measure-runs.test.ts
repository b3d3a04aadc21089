import { expect, test } from "vitest";
import { measureRuns } from "./measure-runs.ts";

test("what runs use is added up, and a kernel that ends meanwhile uses nothing", async () => {
  const kernel = (memoryBytes: number, cpuSeconds: number) => ({ usage: async () => ({ memoryBytes, peakMemoryBytes: 9e9, cpuSeconds }) });
  const gone = { usage: () => Promise.reject(new Error("no such process")) };
  const inUse = new Set([kernel(100, 1), kernel(50, 0.5), gone]);
  const measured = measureRuns(inUse);
  expect(measured.latest()).toEqual({ memoryBytes: 0, cpuSeconds: 0 });
  await measured.look();
  expect(measured.latest()).toEqual({ memoryBytes: 150, cpuSeconds: 1.5 });
  inUse.clear();
  await measured.look();
  expect(measured.latest()).toEqual({ memoryBytes: 0, cpuSeconds: 0 });
  measured.stop();
});
