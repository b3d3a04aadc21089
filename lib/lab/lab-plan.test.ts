import { describe, expect, test } from "vitest";
import { labStopReasons } from "#lib/domain/lab.ts";
import { firstLabPath, publishable, startsByItself, workState } from "./lab-plan.ts";

describe("a lab that ended", () => {
  test("is started again where nobody wished its end", () => {
    const again = labStopReasons.filter((stopReason) => startsByItself({ state: "stopped", stopReason }, true, [], 0));
    expect(again).toEqual(["server_stopped", "memory", "ended"]);
  });
  test("is left alone where it never ran in this page", () => expect(startsByItself({ state: "failed", stopReason: null }, false, [], 0)).toBe(false));
  test("is left alone once starting it again has not helped three times in five minutes", () => {
    const ended = { state: "stopped", stopReason: "ended" } as const;
    expect(startsByItself(ended, true, [1, 2], 3)).toBe(true);
    expect(startsByItself(ended, true, [1, 2, 3], 4)).toBe(false);
    expect(startsByItself(ended, true, [1, 2, 3], 301_000)).toBe(true);
  });
});

test("the first address names the file, whatever is in its name", () => {
  expect(firstLabPath(null)).toBe("lab");
  expect(firstLabPath("data/a b#?.ipynb")).toBe("lab/tree/data/a%20b%23%3F.ipynb");
});

test("of what may be said of one's work the most urgent is said", () => {
  const base = { commit: "1", number: 4, message: "", author: "", at: "" };
  expect(workState(["a.ipynb"], null)).toMatchObject({ kind: "unsaved" });
  expect(workState([], null)).toEqual({ kind: "looking" });
  expect(workState([], { made: true, changeCount: 3, base })).toEqual({ kind: "changed", files: 3, since: 4 });
  expect(workState([], { made: true, changeCount: 3, base: null })).toEqual({ kind: "changed", files: 3, since: null });
  expect(workState([], { made: true, changeCount: 0, base })).toEqual({ kind: "saved", version: 4 });
  expect(workState([], { made: true, changeCount: 0, base: null })).toEqual({ kind: "empty" });
});

test("what may be published is there, once, the notebook in front first", () => {
  const changes = [
    { path: "gone.ipynb", kind: "removed" },
    { path: "new.ipynb", kind: "added" },
    { path: "b.ipynb", from: "a.ipynb", kind: "moved" },
    { path: "data.csv", kind: "changed" },
  ] as const;
  expect(publishable(["a.ipynb", "gone.ipynb", "c.ipynb"], { changes }, "c.ipynb")).toEqual(["c.ipynb", "new.ipynb", "b.ipynb"]);
  expect(publishable(["a.ipynb"], null, "script.py")).toEqual(["a.ipynb"]);
});
