import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cell, Notebook } from "./nbformat.ts";
import { parseNotebook } from "./parse-notebook.ts";
import { printNotebook } from "./print-notebook.ts";

const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes("__proto__"));
const text = fc.string({ unit: fc.constantFrom("a", "é", "\n", "\r", "\u2028", "𝄞", '"', "\\", " ") });
const metadata = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), json, { noNullPrototype: true });
const output = fc.oneof(
  fc.record({ output_type: fc.constant("stream" as const), name: fc.constantFrom("stdout", "stderr"), text }),
  fc.record({
    output_type: fc.constant("display_data" as const),
    data: fc.dictionary(fc.constantFrom("text/plain", "text/html", "image/png", "image/svg+xml"), text, { noNullPrototype: true }),
    metadata,
  }),
  fc.record({ output_type: fc.constant("error" as const), ename: text, evalue: text, traceback: fc.array(text) }),
);
const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.record({
    cell_type: fc.constant("code" as const),
    metadata,
    source: text,
    outputs: fc.array(output, { maxLength: 3 }),
    execution_count: fc.option(fc.nat()),
  }),
  fc.record({ cell_type: fc.constant("markdown" as const), metadata, source: text }),
);
const notebook: fc.Arbitrary<Notebook> = fc.record({
  nbformat: fc.constant(4 as const),
  nbformat_minor: fc.constantFrom(0, 4, 5),
  metadata,
  cells: fc.array(cell, { maxLength: 5 }),
});

describe("notebooks", () => {
  it("are the same after being printed and parsed", () => {
    fc.assert(
      fc.property(notebook, (original) => {
        expect(parseNotebook(printNotebook(original))).toEqual({ ok: true, value: JSON.parse(JSON.stringify(original)) });
      }),
    );
  });

  it("print as Jupyter does: sorted keys, one space, lines as arrays, a newline at the end", () => {
    const printed = printNotebook({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [{ cell_type: "code", id: "a", metadata: {}, source: "x = 1\nx", outputs: [], execution_count: 1 }],
    });
    expect(printed).toBe(
      '{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": 1,\n   "id": "a",\n   "metadata": {},\n   "outputs": [],\n   "source": [\n    "x = 1\\n",\n    "x"\n   ]\n  }\n ],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n',
    );
  });

  it("never throw on arbitrary text", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (source) => void parseNotebook(source)));
    expect(parseNotebook("[".repeat(1_000_000)).ok).toBe(false);
  });

  it.each([
    ["", "empty"],
    ['{\n"nbformat": 4,,}', "line 2"],
    ['{"nbformat": 3, "worksheets": []}', "old format 3"],
    ['{"nbformat": 5, "cells": []}', "newer"],
    ["[]", "JSON object"],
    ["{}", "does not say its format"],
    ['{"nbformat": 4, "nbformat_minor": 4, "cells": [{"cell_type": "code"}]}', "Cell 1"],
  ])("%s is refused with a clear message", (source, message) => {
    const parsed = parseNotebook(source);
    expect(parsed.ok ? "" : parsed.failure.message).toContain(message);
  });
});
