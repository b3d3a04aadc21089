import { expect, test } from "vitest";
import { keepingOf } from "./keeping-of.ts";

test("what can change is kept nowhere, what cannot is not asked for again within the hour", () => {
  for (const name of ["working", "base", "newest", "", "main", "abc"]) expect([name, keepingOf(name)]).toEqual([name, "private, no-store"]);
  for (const length of [40, 64]) expect(keepingOf("a".repeat(length))).toBe("private, max-age=3600, immutable");
});
