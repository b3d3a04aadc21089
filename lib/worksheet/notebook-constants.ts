import type { Language } from "#lib/domain/worksheet.ts";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { tagsOf } from "./display-tags.ts";
import { readers, readSource } from "./language.ts";
import type { Statement, StaticValue, Token } from "./source.ts";
import { depthChange, isOperator } from "./source.ts";

/** A code cell that runs, as far as its statements can be read; `readable` false: only its text is known. */
export type ReadCell = {
  readonly index: number;
  readonly source: string;
  readonly statements: readonly Statement[];
  readonly comments: readonly Token[];
  readonly readable: boolean;
};

/** `name = literal` at the top level. `statement` counts the cell's statements from 0. */
export type Constant = { readonly name: string; readonly cell: number; readonly statement: number; readonly at: Statement; readonly value: StaticValue };

/** Code cells that run; what other languages' magics hold ("%%bash") is text to us. */
export function readCells(notebook: Notebook, language: Language): readonly ReadCell[] {
  return notebook.cells.flatMap((cell, index) => {
    const tags = tagsOf(cell.metadata);
    if (cell.cell_type !== "code" || tags.has("skip-execution") || tags.has("injected-parameters")) return [];
    if (cell.source.trimStart().startsWith("%%")) return [{ index, source: cell.source, statements: [], comments: [], readable: false }];
    const { statements, comments, problem } = readSource(language, cell.source);
    return [{ index, source: cell.source, statements, comments, readable: problem === null }];
  });
}

export function constantsOf(cells: readonly ReadCell[], language: Language): readonly Constant[] {
  return cells.flatMap((cell) => (cell.readable ? cell.statements.flatMap((at, statement) => constantAt(cell.index, at, statement, language) ?? []) : []));
}

function constantAt(cell: number, at: Statement, statement: number, language: Language): Constant | null {
  const assignment = language === "python" && at.indent > 0 ? null : readers[language].readAssignment(at);
  const value = assignment && readers[language].readValue(assignment.value);
  return assignment && value ? { name: assignment.name, cell, statement, at, value } : null;
}

/** How a stretch of code speaks of a name: not at all, only inside functions (which run later), or where it runs at once. */
export type Mention = "none" | "in functions" | "at once";

/** A place in the notebook's code: before statement `statement` of cell `cell`. */
export type Place = { readonly cell: number; readonly statement: number };

export function mentionBetween(cells: readonly ReadCell[], language: Language, name: string, from: Place, to: Place): Mention {
  let inFunctions = false;
  for (const cell of cells) {
    if (cell.index < from.cell || cell.index > to.cell) continue;
    if (!cell.readable) {
      if (hasWord(cell.source, name)) return "at once";
      continue;
    }
    const functions = functionStatements(cell.statements, language);
    for (const [at, statement] of cell.statements.entries()) {
      if ((cell.index === from.cell && at < from.statement) || (cell.index === to.cell && at >= to.statement)) continue;
      if (!mentions(statement, name)) continue;
      if (!functions.has(at)) return "at once";
      inFunctions = true;
    }
  }
  return inFunctions ? "in functions" : "none";
}

/** Statements that are part of a function (its head and what is indented below it; in R the whole assignment of one) → its name. */
function functionStatements(statements: readonly Statement[], language: Language): ReadonlyMap<number, string> {
  const inside = new Map<number, string>();
  let within: string | null = null;
  for (const [at, statement] of statements.entries()) {
    if (language === "r" || statement.indent === 0) within = functionHead(statement, language);
    if (within !== null) inside.set(at, within);
  }
  return inside;
}

function functionHead({ tokens }: Statement, language: Language): string | null {
  const [first, second, third] = tokens;
  if (language === "r") return third?.text === "function" && (isOperator(second, "<-") || isOperator(second, "=")) ? (first?.text ?? null) : null;
  const [def, name] = first?.text === "async" ? [second, third] : [first, second];
  // What stands behind "=" in a head is computed at once.
  return def?.text === "def" && !tokens.some((token) => isOperator(token, "=")) ? (name?.text ?? null) : null;
}

/** Functions that speak of a name, themselves or by way of others. */
export function functionsThatMention(cells: readonly ReadCell[], language: Language, name: string): readonly string[] {
  const parts = cells.flatMap(({ statements }) =>
    [...functionStatements(statements, language)].flatMap(([at, own]) => (statements[at] ? [{ own, statement: statements[at] }] : [])),
  );
  const found = new Set<string>();
  const open = [name];
  for (let sought = open.pop(); sought !== undefined; sought = open.pop()) {
    for (const { own, statement } of parts) {
      if (found.has(own) || own === sought || !mentions(statement, sought)) continue;
      found.add(own);
      open.push(own);
    }
  }
  return [...found];
}

/** Names of arguments (`f(n=3)`) and attributes (`x.n`, `x$n`) are other names; fields of f-strings and of magics are not. */
export function mentions(statement: Statement, name: string): boolean {
  let depth = 0;
  return statement.tokens.some((token, index) => {
    if (token.kind === "operator") depth += depthChange(token.text);
    if (token.kind === "magic" || (token.kind === "string" && /^[a-z]*f/i.test(token.text))) return hasWord(token.text, name);
    if (token.kind !== "name" || token.text.replaceAll("`", "") !== name) return false;
    const [before, after] = [statement.tokens[index - 1], statement.tokens[index + 1]];
    if ([".", "$", "@", "::"].some((operator) => isOperator(before, operator))) return false;
    return !(depth > 0 && isOperator(after, "="));
  });
}

function hasWord(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!/[\p{L}\p{N}_]/u.test((text[at - 1] ?? " ") + (text[at + name.length] ?? " "))) return true;
  return false;
}

/** Names that a literal cannot be read without, such as `np` in `np.inf`. */
export function namesNeededBy(statement: Statement, language: Language): readonly string[] {
  const assignment = readers[language].readAssignment(statement);
  const tokens = [...(assignment?.annotation ?? []), ...(assignment?.value ?? [])];
  const own = new Set([
    "None",
    "True",
    "False",
    "NULL",
    "NA",
    "TRUE",
    "FALSE",
    "T",
    "F",
    "Inf",
    "NaN",
    "c",
    "as.Date",
    "float",
    "int",
    "str",
    "bool",
    "list",
    "NA_character_",
    "NA_integer_",
    "NA_real_",
  ]);
  return tokens.flatMap((token, index) => (token.kind === "name" && !own.has(token.text) && !isOperator(tokens[index - 1], ".") ? [token.text] : []));
}
