import fc from "fast-check";
import { expect, test } from "vitest";
import { readFromLab } from "./read-from-lab.ts";

test("what the bridge says is understood", () => {
  expect(readFromLab({ sheaf: 1, type: "hello", version: "4.0.11" })).toEqual({ sheaf: 1, type: "hello", version: "4.0.11" });
  expect(readFromLab({ sheaf: 1, type: "done", id: 3, ok: true, more: "x" })).toEqual({ sheaf: 1, type: "done", id: 3, ok: true });
  const join = { sheaf: 1, type: "join", id: 4, path: "a.ipynb", base: null, ours: "{}", theirs: "[]" };
  expect(readFromLab(join)).toEqual(join);
  expect(readFromLab({ sheaf: 1, type: "documents", unsaved: ["RTC:a.ipynb"], current: "/b.py", busyKernels: 1 })).toEqual({
    sheaf: 1,
    type: "documents",
    unsaved: ["a.ipynb"],
    current: "b.py",
    busyKernels: 1,
  });
});

test.each([
  null,
  "hello",
  [],
  {},
  { sheaf: 2, type: "hello", version: "1" },
  { sheaf: 1, type: "hello", version: {} },
  { sheaf: 1, type: "hello", version: "x".repeat(2000) },
  { sheaf: 1, type: "done", id: "1", ok: true },
  { sheaf: 1, type: "documents", unsaved: "a", current: null, busyKernels: 0 },
  { sheaf: 1, type: "documents", unsaved: [{ toString: () => "x" }], current: null, busyKernels: 0 },
  { sheaf: 1, type: "documents", unsaved: Array(501).fill("a"), current: null, busyKernels: 0 },
  { sheaf: 1, type: "documents", unsaved: [], current: 5, busyKernels: 0 },
  { sheaf: 1, type: "documents", unsaved: [], current: null, busyKernels: -1 },
  { sheaf: 1, type: "save-all", id: 1 },
])("%j is no message of the bridge", (data) => expect(readFromLab(data)).toBeNull());

test("nothing that a page can send is an error", () => {
  fc.assert(fc.property(fc.anything(), (data) => void readFromLab(data)));
});
