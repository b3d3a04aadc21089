import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanNotebook } from "./clean-notebook.ts";
import { entriesOf, itemsOf, valueAt } from "./json-text.ts";
import type { Notebook } from "./nbformat.ts";
import { printNotebook } from "./print-notebook.ts";
import { notebook } from "./testing.ts";

const noise = fc.dictionary(fc.constantFrom("collapsed", "scrolled", "execution", "ExecuteTime", "tags", "mine", '\\"é'), fc.jsonValue({ maxDepth: 2 }), {
  noNullPrototype: true,
});
const noisy = fc.tuple(notebook, fc.array(noise, { minLength: 9, maxLength: 9 }), fc.boolean()).map(
  ([one, metadata, widgets]): Notebook => ({
    ...one,
    metadata: widgets ? { ...one.metadata, widgets: { state: { big: "x" } } } : one.metadata,
    cells: one.cells.map((cell, index) => ({ ...cell, metadata: metadata[index] ?? {} })),
  }),
);
/** As different programs write JSON. */
const printed = fc.tuple(noisy, fc.constantFrom(-1, 0, 1, 2)).map(([one, indent]) => (indent < 0 ? printNotebook(one) : JSON.stringify(one, null, indent)));

/** What is meant, done to values instead of text. */
function cleaned(text: string): unknown {
  const json = JSON.parse(text) as Notebook;
  const transient = ["collapsed", "scrolled", "execution", "ExecuteTime"];
  const without = (object: object, keys: readonly string[]) => Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
  return {
    ...json,
    metadata: without(json.metadata, ["widgets"]),
    cells: json.cells.map((cell) => ({
      ...cell,
      metadata: without(cell.metadata, transient),
      ...(cell.cell_type === "code" ? { outputs: [], execution_count: null } : {}),
    })),
  };
}

describe("cleaning a notebook", () => {
  it("takes out outputs, counts and noise, and nothing else, however the file was written", () => {
    fc.assert(
      fc.property(printed, (text) => {
        const clean = cleanNotebook(text, { keepOutputs: false });
        expect(JSON.parse(clean ?? "")).toEqual(cleaned(text));
        expect(cleanNotebook(clean ?? "", { keepOutputs: false })).toBe(clean);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the very text that Jupyter would write for what is left", () => {
    fc.assert(
      fc.property(noisy, (one) => {
        expect(cleanNotebook(printNotebook(one), { keepOutputs: false })).toBe(printNotebook(cleaned(JSON.stringify(one)) as Notebook));
      }),
      { numRuns: 500 },
    );
  });

  it("keeps numbers as they are written", () => {
    const text = '{"nbformat": 4, "cells": [{"metadata": {"a": 1.0, "collapsed": true, "b": 12345678901234567890}, "execution_count": 3}]}';
    expect(cleanNotebook(text, { keepOutputs: false })).toBe(
      '{"nbformat": 4, "cells": [{"metadata": {"a": 1.0, "b": 12345678901234567890}, "execution_count": null}]}',
    );
  });

  it("changes nothing where outputs are kept", () => {
    fc.assert(fc.property(printed, (text) => void expect(cleanNotebook(text, { keepOutputs: true })).toBe(text)));
  });

  it.each(["", "{", "[]", "null", '{"nbformat": 3, "worksheets": []}', '{"nbformat": 4}', "print(1)"])("says that %s is none", (text) => {
    expect(cleanNotebook(text, { keepOutputs: false })).toBeNull();
    expect(cleanNotebook(text, { keepOutputs: true })).toBeNull();
  });
});

describe("parts of a JSON text", () => {
  it("are found where parsing finds them", () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(json, fc.constantFrom(0, 1, 3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const parsed = JSON.parse(text) as unknown;
        const whole = valueAt(text, 0);
        expect(whole).toEqual({ start: 0, end: text.length });
        const read = ({ start, end }: { start: number; end: number }) => JSON.parse(text.slice(start, end)) as unknown;
        if (Array.isArray(parsed)) expect(itemsOf(text, whole).map(read)).toEqual(parsed);
        else if (typeof parsed === "object" && parsed !== null)
          expect(entriesOf(text, whole).map(({ key, value: span }) => [key, read(span)])).toEqual(Object.entries(parsed));
      }),
      { numRuns: 2000 },
    );
  });
});
