import { describe, expect, test } from "vitest";
import { judgeIdle, kernelIsBusy } from "./lab-activity.ts";

const times = { idleMs: 60_000, countdownMs: 10_000 };
const from = new Date("2026-01-01T00:00:00Z");
const later = (ms: number): Date => new Date(from.getTime() + ms);

describe("an idle lab", () => {
  test("says nothing of its end before the countdown", () => {
    expect(judgeIdle(from, false, later(49_999), times)).toEqual({ stop: false, stopsAt: null, nextLookMs: 1 });
  });
  test("tells when it will be stopped during the countdown", () => {
    expect(judgeIdle(from, false, later(50_000), times)).toEqual({ stop: false, stopsAt: later(60_000), nextLookMs: 10_000 });
  });
  test("is stopped when its time is over, and not before", () => {
    expect(judgeIdle(from, false, later(59_999), times).stop).toBe(false);
    expect(judgeIdle(from, false, later(60_000), times).stop).toBe(true);
  });
  test("is never stopped while something is busy", () => {
    expect(judgeIdle(from, true, later(1e9), times)).toMatchObject({ stop: false, stopsAt: null });
  });
});

describe("a kernel", () => {
  const kernel = (execution_state: string) => ({ execution_state, last_activity: from.toISOString() });
  test("that computes is busy however long it takes, one that waits is not", () => {
    expect(kernelIsBusy(kernel("busy"), later(1e9))).toBe(true);
    expect(kernelIsBusy(kernel("idle"), later(0))).toBe(false);
  });
  test("that starts is busy while it may still come", () => {
    expect(kernelIsBusy(kernel("starting"), later(119_999))).toBe(true);
    expect(kernelIsBusy(kernel("restarting"), later(119_999))).toBe(true);
    expect(kernelIsBusy(kernel("starting"), later(120_000))).toBe(false);
  });
});
