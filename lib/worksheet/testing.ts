import fc from "fast-check";
import type { Parameter, Value } from "#lib/domain/parameter.ts";
import type { Cell, Notebook } from "#lib/notebook/nbformat.ts";

/** Generators and small builders that the tests of this folder share. */
export function notebookOf(
  cells: readonly (
    | string
    | { readonly markdown: string }
    | { readonly code: string; readonly tags?: readonly string[]; readonly metadata?: Record<string, unknown> }
  )[],
  language = "python",
): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: language === "r" ? "ir" : "python3", language: language === "r" ? "R" : "python" } },
    cells: cells.map((cell): Cell => {
      if (typeof cell === "string") return { cell_type: "code", metadata: {}, source: cell, outputs: [], execution_count: null };
      if ("markdown" in cell) return { cell_type: "markdown", metadata: {}, source: cell.markdown };
      return {
        cell_type: "code",
        metadata: { ...(cell.tags ? { tags: [...cell.tags] } : {}), ...cell.metadata },
        source: cell.code,
        outputs: [],
        execution_count: null,
      };
    }),
  };
}

/** Text that languages, shells and parsers stumble over. */
const hostilePieces = [
  "'",
  '"',
  "\\",
  "\n",
  "\r",
  "\t",
  "`",
  "$",
  "{",
  "}",
  "%s",
  '"""',
  "'''",
  "\\N{DASH}",
  "\\x41",
  "\\u0041",
  "#",
  ";",
  "\u2028",
  "\u0085",
  "\u200b",
  "\u202e",
  "é",
  "𝄞",
  "👩‍🔬",
  "\x1b[31m",
  "\x7f",
  "\x01",
  "\ufeff",
  "import os",
  'r"(',
  ')--"',
];
export const hostileText = fc.oneof(
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed() && !text.includes("\0")),
  fc.array(fc.constantFrom(...hostilePieces), { maxLength: 12 }).map((pieces) => pieces.join("")),
);

const common = { label: "Value", advanced: false };
const word = fc.constantFrom("Infinity" as const, "-Infinity" as const, "NaN" as const);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const hugeInteger = fc
  .bigInt({ min: -(10n ** 60n), max: 10n ** 60n })
  .map((value) => (value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value.toString()));
const day = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));

export type Case = { readonly parameter: Parameter; readonly value: Value };

/** A parameter and a value that it accepts. */
export const validCase: fc.Arbitrary<Case> = fc.nat(1_000_000).chain((number) => {
  const name = `p${number}`;
  const base = { ...common, name };
  return fc.oneof(
    hostileText.map((value): Case => ({ parameter: { ...base, type: "string", nullable: false, default: "x" }, value })),
    hostileText.map((value): Case => ({ parameter: { ...base, type: "text", nullable: false, default: "x" }, value })),
    fc
      .oneof(
        hugeInteger,
        fc.maxSafeInteger().map((value) => value || 0),
      )
      .map((value): Case => ({ parameter: { ...base, type: "integer", nullable: false, default: 1 }, value })),
    fc.oneof(finite, word, fc.integer()).map((value): Case => ({ parameter: { ...base, type: "number", nullable: false, default: 0.5 }, value })),
    fc.boolean().map((value): Case => ({ parameter: { ...base, type: "boolean", nullable: false, default: false }, value })),
    fc.constant<Case>({ parameter: { ...base, type: "number", nullable: true, default: 1 }, value: null }),
    fc.constant<Case>({ parameter: { ...base, type: "string", nullable: true, default: "a" }, value: null }),
    fc.constant<Case>({ parameter: { ...base, type: "string", nullable: true, default: "a" }, value: "" }),
    day.map((value): Case => ({ parameter: { ...base, type: "date", nullable: false, default: "2000-01-01" }, value })),
    fc
      .uniqueArray(hostileText, { minLength: 1, maxLength: 5 })
      .chain((values) =>
        fc.subarray(values).map(
          (value): Case => ({
            parameter: { ...base, type: "choices", nullable: false, default: [], choices: values.map((item) => ({ value: item, label: item })) },
            value,
          }),
        ),
      )
      .filter(({ value }) => !(Array.isArray(value) && value.length === 1 && value[0] === "")),
    fc.uniqueArray(fc.oneof(fc.integer(), finite), { minLength: 1, maxLength: 5, selector: String }).chain((values) =>
      fc.constantFrom(...values).map(
        (value): Case => ({
          parameter: {
            ...base,
            type: "choice",
            nullable: false,
            default: values[0] ?? 0,
            choices: values.map((item) => ({ value: item, label: String(item) })),
            allowOther: false,
          },
          value,
        }),
      ),
    ),
    fc.tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -100, max: 100 })).map(
      ([a, b]): Case => ({
        parameter: { ...base, type: "range", nullable: false, default: [0, 1], min: -100, max: 100 },
        value: [Math.min(a, b), Math.max(a, b)],
      }),
    ),
  );
});
