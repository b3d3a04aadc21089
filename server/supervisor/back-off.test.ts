import { expect, test } from "vitest";
import { nextBackOff } from "./back-off.ts";

test("waits longer after each failure, and never longer than a quarter of a minute", () => {
  const waits = Array.from({ length: 12 }, (_, failures) => nextBackOff(failures, 100).waitMs);
  expect(waits.slice(0, 4)).toEqual([200, 400, 800, 1600]);
  expect(waits.at(-1)).toBe(15_000);
});
test("a process that lived for a minute begins anew", () => expect(nextBackOff(7, 60_000)).toEqual({ failures: 1, waitMs: 200 }));
