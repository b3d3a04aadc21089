import pino from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EngineId } from "#lib/domain/ids.ts";
import type { EngineDetails } from "#server/ports/store.ts";
import { startHeartbeat } from "./heartbeat.ts";

const log = pino({ level: "silent" });
const start = (reportEngine: () => Promise<void>) => startHeartbeat({ reportEngine }, "one" as EngineId, () => ({}) as EngineDetails, log);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("is steady once it has reached the database for as long", async () => {
  const heartbeat = await start(async () => {});
  await vi.advanceTimersByTimeAsync(19_000);
  expect(heartbeat.steadyFor(20_000)).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(heartbeat.steadyFor(20_000)).toBe(true);
  heartbeat.stop();
});

test("a database that cannot be reached begins the time anew", async () => {
  const report = vi.fn(async () => {});
  const heartbeat = await start(report);
  await vi.advanceTimersByTimeAsync(30_000);
  report.mockRejectedValueOnce(new Error("gone"));
  await vi.advanceTimersByTimeAsync(2000);
  expect(heartbeat.steadyFor(0)).toBe(false);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(heartbeat.steadyFor(20_000)).toBe(false);
  await vi.advanceTimersByTimeAsync(4000);
  expect(heartbeat.steadyFor(20_000)).toBe(true);
  heartbeat.stop();
});

test("a beat that hangs is a gap, and so is what comes after it: others may have hung as long", async () => {
  let answer = (): void => {};
  const report = vi.fn(async () => {});
  const heartbeat = await start(report);
  await vi.advanceTimersByTimeAsync(30_000);
  report.mockImplementationOnce(() => new Promise<void>((resolve) => (answer = resolve)));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(heartbeat.steadyFor(0)).toBe(false);
  answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(heartbeat.steadyFor(0)).toBe(true);
  expect(heartbeat.steadyFor(20_000)).toBe(false);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(heartbeat.steadyFor(20_000)).toBe(true);
  heartbeat.stop();
});
