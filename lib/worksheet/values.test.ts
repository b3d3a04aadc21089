import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Parameter } from "#lib/domain/parameter.ts";
import { parametersJsonSchema } from "./json-schema.ts";
import { hostileText, validCase } from "./testing.ts";
import { changedNames, checkValues, defaultValues, valuesFromText } from "./values.ts";
import { queryFromValues, valuesFromQuery } from "./values-in-address.ts";

// Thousands of generated cases, also on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

const base = { advanced: false, nullable: false } as const;
const population: Parameter = { ...base, name: "pop", label: "Population size", type: "integer", default: 50, min: 1, max: 500 };
const model: Parameter = {
  ...base,
  name: "model",
  label: "Model",
  type: "choice",
  default: "wright",
  choices: [
    { value: "wright", label: "Wright-Fisher" },
    { value: "moran", label: "Moran" },
  ],
  allowOther: false,
};
const counts: Parameter = { ...base, name: "counts", label: "Counts", type: "file", default: "data/counts.csv", accept: [".csv"], maxBytes: 1000 };
const note: Parameter = { ...base, name: "note", label: "Note", type: "string", default: null, nullable: true };
const upload = `up_${"0".repeat(26)}`;

function problemOf(parameters: readonly Parameter[], raw: unknown): string {
  const checked = checkValues(parameters, raw);
  return checked.ok ? "" : (Object.values(checked.failure.fields ?? {})[0] ?? checked.failure.message);
}

describe("values", () => {
  it("are filled up with the defaults", () => {
    expect(checkValues([population, model], { pop: 7 })).toEqual({ ok: true, value: { pop: 7, model: "wright" } });
    expect(checkValues([population, model], {})).toEqual({ ok: true, value: defaultValues([population, model]) });
  });

  it.each([
    [population, { pop: 501 }, "Population size must be at most 500."],
    [population, { pop: 0 }, "Population size must be at least 1."],
    [population, { pop: 1.5 }, "Population size must be a whole number."],
    [population, { pop: "9".repeat(400) }, "Population size must be at most 500."],
    [population, { pop: null }, "Population size is needed."],
    [population, { other: 1 }, 'There is no parameter called "other".'],
    [population, { constructor: 1 }, 'There is no parameter called "constructor".'],
    [population, [], "Values must be an object: parameter name → value."],
    [population, "pop", "Values must be an object: parameter name → value."],
    [model, { model: "Moran" }, "Model must be one of its choices: Wright-Fisher, Moran."],
    [counts, { counts: "../../etc/passwd" }, "Counts must be an uploaded file."],
    [counts, { counts: "data/other.csv" }, "Counts must be an uploaded file."],
    [counts, { counts: { upload, name: "a.exe" } }, "Counts must be a file of this kind: .csv."],
    [counts, { counts: { upload, name: "../a.csv" } }, "Counts has a file name that cannot be used."],
    [note, { note: "a\0b" }, "Note must not contain the character NUL."],
    [note, { note: "\ud800" }, "Note contains half a character, which is no text."],
    [note, { note: "x".repeat(1001) }, "Note must be at most 1000 characters long."],
    [note, { note: ["a"] }, "Note must be text."],
  ])("of %o refuse %o", (parameter, raw, message) => {
    expect(problemOf([parameter], raw)).toBe(message);
  });

  it("hold days of the calendar only", () => {
    const start: Parameter = { ...base, name: "start", label: "Start", type: "date", default: "2024-01-01", min: "2000-01-01" };
    expect(checkValues([start], { start: "2024-02-29" }).ok).toBe(true);
    expect(problemOf([start], { start: "2023-02-29" })).toContain("must be a day");
    expect(problemOf([start], { start: "1999-12-31" })).toBe("Start must not be before 2000-01-01.");
  });

  it("take columns of the file that was given, where they are known", () => {
    const column: Parameter = { ...base, name: "by", label: "Group by", type: "column", default: "site", of: "counts" };
    expect(checkValues([column], { by: "year" }, { columns: { by: ["site", "year"] } }).ok).toBe(true);
    expect(checkValues([column], { by: "month" }, { columns: { by: ["site", "year"] } }).ok).toBe(false);
  });

  it("refuse integers that R cannot hold", () => {
    const free: Parameter = { ...base, name: "n", label: "N", type: "integer", default: 1 };
    expect(checkValues([free], { n: "9007199254740993" }, { language: "python" })).toEqual({ ok: true, value: { n: "9007199254740993" } });
    expect(checkValues([free], { n: "9007199254740993" }, { language: "r" }).ok).toBe(false);
    expect(checkValues([free], { n: "1000000000000000" })).toEqual({ ok: true, value: { n: 1e15 } });
    expect(problemOf([free], { n: "7" })).toBe("N must be a whole number.");
    expect(problemOf([free], { n: 1e20 })).toContain("send it as text");
  });

  it("match patterns as a whole, in linear time", () => {
    const code: Parameter = { ...base, name: "code", label: "Code", type: "string", default: "a", pattern: "(a+)+|(?:[A-Z]{2}\\d{1,3})" };
    expect(checkValues([code], { code: "AB12" }).ok).toBe(true);
    expect(problemOf([code], { code: "AB1234" })).toBe("Code does not have the right form.");
    const began = performance.now();
    expect(checkValues([code], { code: `${"a".repeat(999)}!` }).ok).toBe(false);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("once checked stay as they are when checked again", () => {
    fc.assert(
      fc.property(validCase, ({ parameter, value }) => {
        const checked = checkValues([parameter], { [parameter.name]: value });
        if (!checked.ok) throw new Error(checked.failure.message);
        expect(checkValues([parameter], JSON.parse(JSON.stringify(checked.value)))).toEqual(checked);
      }),
      { numRuns: 500 },
    );
  });

  it("never throw on anything a client may send", () => {
    fc.assert(
      fc.property(validCase, fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true }), hostileText, ({ parameter }, raw, text) => {
        checkValues([parameter, population, counts], raw);
        checkValues([parameter, population, counts], { [parameter.name]: raw, counts: raw, pop: raw });
        valuesFromText([parameter, population, counts], { [parameter.name]: text, counts: [text, text], pop: [] });
      }),
      { numRuns: 500 },
    );
  });
});

describe("values as text", () => {
  const flag: Parameter = { ...base, name: "flag", label: "Flag", type: "boolean", default: true };
  const sites: Parameter = {
    ...base,
    name: "sites",
    label: "Sites",
    type: "choices",
    default: ["a"],
    choices: [
      { value: "a", label: "A" },
      { value: "b", label: "B" },
    ],
  };

  it("are read as a form sends them", () => {
    const read = valuesFromText([population, model, flag, sites, note, counts], {
      pop: " 12 ",
      flag: ["false"],
      sites: ["a", "b"],
      note: "",
      counts: `${upload}/my counts.csv`,
    });
    expect(read).toEqual({
      ok: true,
      value: { pop: 12, model: "wright", flag: false, sites: ["a", "b"], note: null, counts: { upload, name: "my counts.csv" } },
    });
    expect(valuesFromText([flag], { flag: ["false", "true"] })).toEqual({ ok: true, value: { flag: true } });
    expect(valuesFromText([sites], { sites: "" })).toEqual({ ok: true, value: { sites: [] } });
  });

  it("say what is not a number", () => {
    const read = valuesFromText([population], { pop: "many" });
    expect(read.ok ? "" : read.failure.fields?.pop).toBe("Population size must be a whole number.");
  });

  it("survive an address, which holds only what was changed", () => {
    fc.assert(
      fc.property(validCase, ({ parameter, value }) => {
        const values = { ...defaultValues([parameter, population]), [parameter.name]: value };
        const query = queryFromValues([parameter, population], values);
        expect(query.has("pop")).toBe(false);
        expect(query.size > 0).toBe(changedNames([parameter, population], values).length > 0);
        expect(valuesFromQuery([parameter, population], new URLSearchParams(query.toString()))).toEqual({ ok: true, value: values });
      }),
      { numRuns: 1000 },
    );
  });

  it("ignore what an address says to others", () => {
    expect(valuesFromQuery([population], new URLSearchParams("utm_source=x&pop=9"))).toEqual({ ok: true, value: { pop: 9 } });
    expect(valuesFromQuery([population], new URLSearchParams("pop=x")).ok).toBe(false);
  });
});

describe("the JSON Schema", () => {
  it("says bounds, defaults and that nothing else is known", () => {
    expect(parametersJsonSchema([population, model])).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        pop: { title: "Population size", type: "integer", minimum: 1, maximum: 500, default: 50 },
        model: { title: "Model", enum: ["wright", "moran"], default: "wright" },
      },
      required: [],
      additionalProperties: false,
    });
  });
});

describe("the JSON Schema and the check", () => {
  const constrained: fc.Arbitrary<Parameter> = fc.oneof(
    fc
      .record({
        min: fc.option(fc.integer({ min: -50, max: 0 }), { nil: undefined }),
        max: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
        nullable: fc.boolean(),
        type: fc.constantFrom("integer" as const, "number" as const),
      })
      .map(
        ({ min, max, nullable, type }): Parameter => ({
          ...base,
          name: "x",
          label: "X",
          nullable,
          type,
          default: 1,
          ...(min === undefined ? {} : { min }),
          ...(max === undefined ? {} : { max }),
        }),
      ),
    fc
      .boolean()
      .map((nullable): Parameter => ({ ...base, name: "x", label: "X", nullable, type: "string", default: "aa", maxLength: 5, pattern: "[ab]{2,4}|é" })),
    fc.constantFrom<Parameter>({ ...model, name: "x" }, { ...model, name: "x", allowOther: true }, { ...counts, name: "x" }, { ...note, name: "x" }),
    fc.constant<Parameter>({
      ...base,
      name: "x",
      label: "X",
      type: "choices",
      default: [],
      choices: [1, 2, 3].map((value) => ({ value, label: String(value) })),
    }),
    fc.constant<Parameter>({ ...base, name: "x", label: "X", type: "boolean", default: true }),
  );
  const raw = fc.oneof(
    fc.integer({ min: -60, max: 60 }),
    fc.double(),
    fc.constantFrom(
      "Infinity",
      "NaN",
      "aa",
      "abab",
      "ababa",
      "é",
      "",
      "wright",
      "9007199254740993",
      "-5",
      "05",
      "data/counts.csv",
      null,
      true,
      "a\0",
      { upload, name: "a.csv" },
      { upload },
      [1, 3],
      [1, 1],
      [4],
      [],
    ),
    fc.string({ maxLength: 7 }),
    fc.jsonValue(),
  );

  it("agree on what may be sent", () => {
    fc.assert(
      fc.property(constrained, raw, (parameter, value) => {
        const json: unknown = JSON.parse(JSON.stringify({ x: value }));
        const schema = z.fromJSONSchema(parametersJsonSchema([parameter]) as Parameters<typeof z.fromJSONSchema>[0]);
        expect({ value, accepted: schema.safeParse(json).success }).toEqual({ value, accepted: checkValues([parameter], json).ok });
      }),
      { numRuns: 3000 },
    );
  });

  it("take the defaults", () => {
    fc.assert(
      fc.property(constrained, (parameter) => {
        expect(checkValues([parameter], { x: parameter.default }).ok).toBe(parameter.default !== null || parameter.nullable);
      }),
    );
  });
});
