import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safeNext } from "./routes.ts";

describe("where to go next", () => {
  test.each(["/me", "/worksheets/x?pop=50#figure", "/a/../b"])("%s stays on the site", (next) => expect(safeNext(next)).toMatch(/^\/[^/]/));
  test.each([
    "//evil.example",
    "/\\evil.example",
    "https:evil",
    "javascript:alert(1)",
    "",
    null,
    "/.//evil.example/x",
    "/a/..//evil.example",
    "/%2e//evil.example",
    "/\t/evil.example",
  ])("%j falls back", (next) => expect(safeNext(next, "/me")).toBe("/me"));
  test("no answer leads to another host, however often it is read", () => {
    const piece = fc.constantFrom("/", "\\", ".", "..", "%2e", "%2f", "%5c", "\t", "\n", "@", ":", "evil.example", "?", "#", "a");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const answer = safeNext(`/${pieces.join("")}`);
        expect(new URL(answer, "http://sheaf.localhost").host).toBe("sheaf.localhost");
        expect(safeNext(answer)).toBe(answer);
      }),
      { numRuns: 5000 },
    );
  });
});
