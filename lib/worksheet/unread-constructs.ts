import type { Language } from "#lib/domain/worksheet.ts";
import type { Cell } from "#lib/notebook/nbformat.ts";
import type { LineProblem } from "./problems.ts";
import { noteAt } from "./problems.ts";

type Construct = { readonly sign: RegExp; readonly kinds: readonly Cell["cell_type"][]; readonly languages: readonly Language[]; readonly message: string };

/** Ways other tools mark parameters or interaction that are not read here: said, so that nobody wonders why no field appears. */
const constructs: readonly Construct[] = [
  {
    sign: /^---[ \t]*\r?\n[\s\S]*?^params:/m,
    kinds: ["raw", "markdown"],
    languages: ["python", "r"],
    message: 'Parameters in YAML front matter (Quarto, R Markdown, Mercury) are not read. Tag a code cell "parameters" instead.',
  },
  {
    sign: /^#\|[ \t]*tags:.*\bparameters\b/m,
    kinds: ["code"],
    languages: ["python", "r"],
    message: 'The option "#| tags" is not read. Tag the cell "parameters" in its metadata instead.',
  },
  {
    sign: /^[^#\n]*\b(?:interact|interactive|interact_manual)\s*\(|^\s*@(?:widgets\.)?interact\b/m,
    kinds: ["code"],
    languages: ["python"],
    message: "Widgets that call Python when moved do not react here: make what they change a parameter.",
  },
  {
    sign: /^[ \t]*(?:import|from)[ \t]+ipywidgets\b/m,
    kinds: ["code"],
    languages: ["python"],
    message: "Widgets are shown as they stand but do not call Python here: make what they change a parameter.",
  },
  { sign: /^[^#\n]*(?<![.\w])input\s*\(/m, kinds: ["code"], languages: ["python"], message: "input() cannot ask anybody in a worksheet: make it a parameter." },
  {
    sign: /^[^#\n]*(?<![.\w])readline\s*\(/m,
    kinds: ["code"],
    languages: ["r"],
    message: "readline() cannot ask anybody in a worksheet: make it a parameter.",
  },
];

export function unreadConstructs(cell: Cell, index: number, language: Language): readonly LineProblem[] {
  const problems: LineProblem[] = [];
  for (const { sign, kinds, languages, message } of constructs) {
    if (!kinds.includes(cell.cell_type) || !languages.includes(language)) continue;
    if (cell.cell_type === "markdown" && index > 0) continue;
    const match = sign.exec(cell.source);
    if (match) problems.push(noteAt("warning", lineOf(cell.source, match.index), message));
  }
  return problems;
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split("\n").length;
}
