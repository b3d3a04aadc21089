import type { ParameterSuggestion } from "#lib/domain/notebook-diff.ts";
import type { Language } from "#lib/domain/worksheet.ts";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { compileWorksheet } from "./compile.ts";
import { readers } from "./language.ts";
import { type Constant, constantsOf, mentionBetween, type ReadCell, readCells } from "./notebook-constants.ts";
import { readLanguage } from "./notebook-language.ts";
import { isOperator, type Statement, type StaticValue } from "./source.ts";

/**
 * Constants of a notebook that could become parameters: literals assigned at the top level, each name once, in the order of
 * the notebook. Empty for a notebook in another language than Python or R.
 */
export function suggestParameters(notebook: Notebook): readonly ParameterSuggestion[] {
  const language = readLanguage(notebook);
  if ("problem" in language) return [];
  const cells = readCells(notebook, language.language);
  const marked = new Set(compileWorksheet(notebook, { path: "" }).worksheet?.parameters.map((parameter) => parameter.name) ?? []);
  const firsts = new Map<string, Constant>();
  for (const constant of constantsOf(cells, language.language)) if (!firsts.has(constant.name) && canBeParameter(constant)) firsts.set(constant.name, constant);
  return [...firsts.values()].map((constant) => suggestionOf(constant, cells, language.language, marked));
}

function canBeParameter({ name, value }: Constant): boolean {
  return !name.startsWith("_") && name.length <= 100 && !(value.kind === "list" && value.items.length === 0);
}

function suggestionOf(constant: Constant, cells: readonly ReadCell[], language: Language, marked: ReadonlySet<string>): ParameterSuggestion {
  const value = readers[language].readAssignment(constant.at)?.value ?? [];
  const source = cells.find((cell) => cell.index === constant.cell)?.source ?? "";
  const comment = constant.at.comment?.text.replace(/^#+/, "").trim() ?? "";
  return {
    name: constant.name,
    cell: constant.cell,
    line: constant.at.line,
    literal: source.slice(value[0]?.start ?? 0, value.at(-1)?.end ?? 0),
    type: typeOf(constant.value),
    comment: comment === "" ? null : comment,
    marked: marked.has(constant.name),
    caution: cautionOf(constant, cells, language),
  };
}

function typeOf(value: StaticValue): string {
  if (value.kind === "null") return "string";
  if (value.kind === "list") return "choices";
  return value.kind === "string" && value.value.includes("\n") ? "text" : value.kind;
}

function cautionOf(constant: Constant, cells: readonly ReadCell[], language: Language): string | null {
  const { name, cell, statement } = constant;
  if (constant.value.kind === "string" && /pass(?:word|wd)|secret|token|api_?key|credential/i.test(name))
    return "looks like a secret, which everybody would see";
  const again = assignedAgain(constant, cells);
  if (again !== null) return `is assigned again in cell ${again + 1}`;
  if (mentionBetween(cells, language, name, { cell: 0, statement: 0 }, { cell, statement }) === "at once") return "is used before it is set";
  if (constant.value.kind === "list") return "is a list: its choices have to be said";
  return null;
}

function assignedAgain({ name, cell, statement }: Constant, cells: readonly ReadCell[]): number | null {
  for (const { index, statements } of cells) {
    if (index < cell) continue;
    if (statements.some((other, at) => (index > cell || at > statement) && binds(other, name))) return index;
  }
  return null;
}

/** `x = `, `x += `, `x <- `, `a, x = `, `for x in`: each gives the name another value. */
function binds({ tokens }: Statement, name: string): boolean {
  return tokens.some((token, index) => {
    if (token.kind !== "name" || token.text !== name || isOperator(tokens[index - 1], ".") || isOperator(tokens[index - 1], "$")) return false;
    const after = tokens[index + 1];
    if (tokens[index - 1]?.text === "for" || tokens[index - 1]?.text === "as") return true;
    const assigns = after?.kind === "operator" && /^(?:<-|<<-|:=|[-+*/%@&|^]=|\*\*=|\/\/=|>>=|<<=)$/.test(after.text);
    return assigns || (index === 0 && isOperator(after, "=")) || (index <= 2 && tokens[1]?.text === "," && tokens.some((one) => isOperator(one, "=")));
  });
}
