import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Parameter } from "#lib/domain/parameter.ts";
import { readLiteral } from "./language.ts";
import { literal } from "./literal.ts";
import type { StaticValue } from "./source.ts";
import { validCase } from "./testing.ts";

// Thousands of generated cases, also on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

const base = { name: "x", label: "X", advanced: false, nullable: true } as const;
const text: Parameter = { ...base, type: "string", default: "" };
const integer: Parameter = { ...base, type: "integer", default: 0 };
const number: Parameter = { ...base, type: "number", default: 0 };
const day: Parameter = { ...base, type: "date", default: null, writtenAs: "date" };

describe("literals", () => {
  it.each([
    ["python", text, 'a"b\\\n\0é𝄞\ud800', '"a\\"b\\\\\\n\\x00\\xe9\\U0001d11e\\ud800"'],
    ["r", text, 'a"b\\\né𝄞', '"a\\"b\\\\\\n\\u{e9}\\U{1d11e}"'],
    ["python", integer, "123456789012345678901234567890", "123456789012345678901234567890"],
    ["r", integer, 5, "5L"],
    ["r", integer, 3_000_000_000, "3000000000"],
    ["python", number, 5, "5.0"],
    ["python", number, "NaN", 'float("nan")'],
    ["r", number, "-Infinity", "-Inf"],
    ["r", number, 0.1, "0.1"],
    ["python", text, null, "None"],
    ["r", text, null, "NULL"],
    ["r", { ...base, type: "boolean", default: null }, true, "TRUE"],
    ["r", day, "2024-02-29", 'as.Date("2024-02-29")'],
    ["python", day, "2024-02-29", '__import__("datetime").date.fromisoformat("2024-02-29")'],
    ["python", { ...base, type: "range", default: [0, 1], min: 0, max: 10, step: 1 }, [2, 5], "(2, 5)"],
    ["r", { ...base, type: "range", default: [0, 1], min: 0, max: 1 }, [0.5, 1], "c(0.5, 1)"],
    ["python", { ...base, type: "choices", default: [], choices: [{ value: "a", label: "A" }] }, ["a"], '["a"]'],
  ] as const)("in %s of %o with %o", (language, parameter, value, source) => {
    expect(literal(language, parameter as Parameter, value)).toBe(source);
  });

  it("put a file's place for the file", () => {
    const file: Parameter = { ...base, type: "file", default: "a.csv", accept: [], maxBytes: 1 };
    expect(literal("python", file, { upload: "up_x", name: "b.csv" }, "inputs/b.csv")).toBe('"inputs/b.csv"');
    expect(literal("python", file, "a.csv")).toBe('"a.csv"');
  });

  it("refuse what R's strings cannot hold", () => {
    expect(() => literal("r", text, "\0")).toThrow(RangeError);
    expect(() => literal("r", text, "\ud800")).toThrow(RangeError);
  });

  it.each(["python", "r"] as const)("in %s are read back by the compiler as what they were", (language) => {
    fc.assert(
      fc.property(validCase, ({ parameter, value }) => {
        if (language === "r" && parameter.type === "integer" && typeof value === "string") return;
        const source = literal(language, parameter, value);
        expect(source).not.toMatch(/[^\x20-\x7e]/);
        // R's exact floats are hexadecimal, which the compiler leaves to R.
        if (source.includes("0x")) return;
        expect(plain(readLiteral(language, source))).toEqual(value === "" ? "" : Array.isArray(value) ? [...value] : value);
      }),
      { numRuns: 2000 },
    );
  });
});

function plain(value: StaticValue | null): unknown {
  if (value === null) return undefined;
  if (value.kind === "null") return null;
  return value.kind === "list" ? value.items.map(plain) : value.value;
}
