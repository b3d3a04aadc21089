import { expect, test, vi } from "vitest";
import { joinTries, runWithSecondTry, type SuiteRun, type Tally } from "./tally.ts";

const good = (passed: number): Tally => ({ passed, failed: 0, skipped: 1, failures: [] });
const bad = (...failures: string[]): Tally => ({ passed: 2, failed: failures.length, skipped: 0, failures });
const run = (files: Record<string, Tally>, broken = false): SuiteRun => ({ files: new Map(Object.entries(files)), broken });

test("what fails twice has failed", async () => {
  const both = vi.fn(async () => run({ "a.ts": bad("one", "two"), "b.ts": good(5) }));
  expect(await runWithSecondTry(both)).toEqual({ passed: 7, failed: 2, skipped: 1, failures: ["one", "two"], wavering: [] });
  expect(both.mock.calls).toEqual([[[]], [["a.ts"]]]);
});

test("what passes by itself afterwards has passed, and is told", () => {
  const tries = joinTries(run({ "a.ts": bad("one"), "b.ts": good(5) }), run({ "a.ts": good(3) }));
  expect(tries).toEqual({ passed: 8, failed: 0, skipped: 2, failures: [], wavering: ["one"] });
});

test("a file that fails in another way the second time counts with what failed then", () => {
  const tries = joinTries(run({ "a.ts": bad("one", "two") }), run({ "a.ts": bad("two") }));
  expect(tries).toMatchObject({ failed: 1, failures: ["two"], wavering: [] });
});

test("a second try that breaks, or misses a file, saves nothing", () => {
  const first = run({ "a.ts": bad("one"), "b.ts": good(5) });
  expect(joinTries(first, run({}, true))).toMatchObject({ passed: 7, failed: 1 });
  expect(joinTries(first, run({ "b.ts": good(5) }))).toMatchObject({ passed: 7, failed: 1 });
});

test("there is no second try for what is no accident: nothing failed, many files did, or the run itself", async () => {
  const many = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, bad(name)]));
  for (const first of [run({ "a.ts": good(1) }), run(many), run({ "a.ts": bad("one") }, true)]) {
    const tried = vi.fn(async () => first);
    await runWithSecondTry(tried);
    expect(tried).toHaveBeenCalledTimes(1);
  }
  expect(await runWithSecondTry(async () => run({ "a.ts": good(1) }, true))).toMatchObject({ passed: 1, failed: 1 });
});
