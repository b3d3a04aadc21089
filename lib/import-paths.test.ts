import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planImport, type SentFile } from "./import-paths.ts";

const limits = { files: 5, fileBytes: 100, totalBytes: 200 };
const file = (name: string, bytes = 1, kind: SentFile["kind"] = "file"): SentFile => ({ name, bytes, kind });
const plan = (...files: SentFile[]) => {
  const planned = planImport(files, limits);
  return planned.ok ? Object.fromEntries(planned.value) : planned.failure.code;
};

describe("where sent files stand in a project", () => {
  test("a folder that holds everything is taken away, once", () => {
    expect(plan(file("a/b/x"), file("a/y"))).toEqual({ "b/x": 0, y: 1 });
    expect(plan(file("a/b/x"), file("a/b/y"))).toEqual({ "b/x": 0, "b/y": 1 });
    expect(plan(file("x"), file("a/y"))).toEqual({ x: 0, "a/y": 1 });
    expect(plan(file("a\\b\\x"), file("a/c"))).toEqual({ "b/x": 0, c: 1 });
  });

  test("what programs leave behind is left out, and no repository is made inside of ours", () => {
    expect(plan(file(".git/config"), file("a/.GIT/hooks/post-checkout"), file("__MACOSX/x"), file(".DS_Store"), file("n.ipynb"))).toEqual({ "n.ipynb": 4 });
    expect(plan(file(".git/config"))).toBe("invalid");
  });

  test.each([
    "/etc/passwd",
    "../x",
    "a/../x",
    "a/..",
    "..",
    "a//b",
    "C:\\x",
    "c:x",
    "..\\x",
    "a/./b",
    "a/",
    "",
    "a\0b",
    "a\nb",
    "\ud800",
    "x".repeat(1001),
    "x".repeat(201),
  ])("the name %j refuses the whole", (name) => {
    expect(plan(file("good"), file(name))).toBe("invalid");
  });

  test("links, devices, a name twice, and a file that is a folder too, refuse the whole", () => {
    expect(plan(file("a", 1, "link"))).toBe("invalid");
    expect(plan(file("a", 1, "other"))).toBe("invalid");
    expect(plan(file("a"), file("a"))).toBe("invalid");
    expect(plan(file("é"), file("e\u0301"))).toBe("invalid");
    expect(plan(file("x"), file("a"), file("a/b"))).toBe("invalid");
  });

  test("more than the limits is too large", () => {
    expect(plan(file("a", 101))).toBe("too_large");
    expect(plan(file("a", 100), file("b", 100), file("c", 1))).toBe("too_large");
    expect(plan(...[1, 2, 3, 4, 5, 6].map((n) => file(`f${n}`)))).toBe("too_large");
  });

  test("whatever is sent, a path that is planned is relative and stays inside", () => {
    const name = fc.array(fc.constantFrom("a", "b", "..", ".", "", ".git", "\\", "/", "c:"), { maxLength: 6 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), (names) => {
        const planned = planImport(
          names.map((one) => file(one)),
          limits,
        );
        if (!planned.ok) return;
        for (const path of planned.value.keys()) for (const part of path.split("/")) expect(["", ".", "..", ".git"]).not.toContain(part.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });
});
