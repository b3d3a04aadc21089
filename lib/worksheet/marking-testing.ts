import fc from "fast-check";
import type { Language } from "#lib/domain/worksheet.ts";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { suggestParameters } from "./suggest-parameters.ts";
import { notebookOf } from "./testing.ts";

/** Small programs as authors write them, spread over cells: constants among imports, functions, loops and uses. */
const name = fc.constantFrom("rate", "size", "label", "when", "len");
const pythonLiteral = fc.constantFrom(
  "5",
  "-0.25",
  "'text # no comment'",
  "True",
  "None",
  "1_000",
  "[1, 2]",
  "(3)",
  '"""two\nlines"""',
  "math.inf",
  "date(2024, 2, 29)",
);
const rLiteral = fc.constantFrom("5", "5L", "-0.25", "'text # no comment'", "TRUE", "NULL", 'as.Date("2024-02-29")', "c(1, 2)");

const pythonLine = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(name, pythonLiteral, fc.constantFrom("", "  # how much", "  # type: int how many")).map(([n, value, note]) => `${n} = ${value}${note}`),
  },
  fc.tuple(name, pythonLiteral).map(([n, value]) => `# about ${n}\n${n} = ${value}`),
  fc.constantFrom("import math", "from datetime import date", "", "# a note", "%matplotlib inline"),
  name.map((n) => `def f_${n}():\n    return (${n}, 1)`),
  name.map((n) => `def g_${n}(${n}):\n    ${n} = 1\n    return ${n}`),
  name.map((n) => `def h_${n}(x=${n}):\n    return x`),
  name.map((n) => `used_${n} = (${n}, 'seen')`),
  name.map((n) => `text_${n} = f"{${n}} is it"`),
  name.map((n) => `for ${n} in range(2):\n    pass`),
  name.map((n) => `if '${n}' in globals():\n    other = ${n}`),
  name.map((n) => `try:\n    called_${n} = f_${n}()\nexcept NameError:\n    called_${n} = 'not yet'`),
  name.map((n) => `kept = dict(${n}=1)`),
  fc.tuple(name, name).map(([one, other]) => `${one} = 1; ${other} = 2`),
);
const rLine = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(name, rLiteral, fc.constantFrom("", "  # how much")).map(([n, value, note]) => `${n} <- ${value}${note}`) },
  fc.constantFrom("library(stats)", "", "# a note"),
  name.map((n) => `f_${n} <- function() {\n  ${n}\n}`),
  name.map((n) => `used_${n} <- paste(${n})`),
  name.map((n) => `for (${n} in 1:2) {}`),
  name.map((n) => `kept <- list(${n} = 1)$${n}`),
);

function program(line: fc.Arbitrary<string>, language: Language): fc.Arbitrary<Notebook> {
  const source = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join("\n"));
  const imports = language === "r" ? "library(stats)" : "import math\nfrom datetime import date";
  return fc
    .tuple(
      fc.boolean(),
      fc.array(fc.oneof({ weight: 4, arbitrary: source }, fc.constant({ markdown: "# Words" })), { minLength: 1, maxLength: 5 }),
      fc.option(fc.nat(4)),
    )
    .map(([begins, cells, tagged]) => {
      const notebook = notebookOf(begins ? [imports, ...cells] : cells, language);
      return {
        ...notebook,
        cells: notebook.cells.map((cell, index) => ({
          ...cell,
          id: `c${index}`,
          metadata: index === tagged && cell.cell_type === "code" ? { tags: ["parameters", "mine"] } : {},
        })),
      };
    });
}

export const pythonProgram = program(pythonLine, "python");
export const rProgram = program(rLine, "r");

/** A program and some of the constants that are suggested for it. */
export const withChoice = (programs: fc.Arbitrary<Notebook>) =>
  programs.chain((notebook) => {
    const suggestions = suggestParameters(notebook);
    return fc
      .subarray([...suggestions])
      .map((chosen) => ({ notebook, suggestions, specs: Object.fromEntries(chosen.map((one) => [one.name, specOf(one.type)])) }));
  });

function specOf(type: string) {
  return type === "choices" ? { type: "choices" as const, choices: [1, 2, 3] } : { label: "Chosen", help: "What it means." };
}
