import type { Language } from "#lib/domain/worksheet.ts";
import { withFittingIds } from "#lib/notebook/cell-ids.ts";
import type { Cell, Notebook } from "#lib/notebook/nbformat.ts";
import type { Result } from "#lib/result.ts";
import { fail, ok } from "#lib/result.ts";
import { compileWorksheet } from "./compile.ts";
import { tagsOf } from "./display-tags.ts";
import { type Lines, linesOf, withoutLines } from "./move-lines.ts";
import { type Constant, constantsOf, functionsThatMention, mentionBetween, namesNeededBy, type Place, type ReadCell, readCells } from "./notebook-constants.ts";
import { readLanguage } from "./notebook-language.ts";
import { type ParameterSpec, readParameterSpecs } from "./sheaf-metadata.ts";

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/**
 * Makes exactly these constants of a notebook its parameters: they stand in one cell tagged "parameters", described in its
 * metadata. A cell that holds nothing but constants is tagged where it is; otherwise the chosen lines, with their comments,
 * move into a new cell right before the first of them. Whatever else there is stays as it was, and running the notebook
 * gives the same values. Names that are not in `specs` any more lose their description; their code stays.
 * "invalid", with a sentence, for what cannot be marked.
 */
export function markParameters(notebook: Notebook, specs: ParameterSpecs): Result<Notebook> {
  const language = readLanguage(notebook);
  if ("problem" in language) return fail("invalid", language.problem);
  if (notebook.cells.some((cell) => cell.cell_type === "code" && /#\s*@param\b/.test(cell.source)))
    return fail("invalid", "This notebook marks its parameters by #@param comments. Change them there, or remove them first.");
  const names = Object.keys(specs);
  const plan = planMarking(notebook, language.language, names);
  if (!plan.ok) return plan;
  const unmarked = notebook.cells.map((cell, index) => (index === plan.value.target ? cell : withoutMark(cell)));
  if (names.length === 0) return ok({ ...notebook, cells: notebook.cells.map(withoutMark) });
  const moved = moveInto(unmarked, plan.value);
  const marked = withFittingIdsWhereNew(notebook, {
    ...notebook,
    cells: moved.cells.map((cell, index) => (index === moved.target ? withMark(cell, language.language, specs) : cell)),
  });
  return checked(notebook, marked, specs);
}

/** `target`: an existing cell that becomes the parameters cell, or null for a new one at `at`. `moves`: lines that go there. */
type Plan = { readonly target: number | null; readonly at: number; readonly moves: readonly Move[] };
type Move = { readonly constant: Constant; readonly lines: Lines };

function planMarking(notebook: Notebook, language: Language, names: readonly string[]): Result<Plan> {
  const cells = readCells(notebook, language);
  const present = presentCell(notebook);
  const found = firstOfEach(constantsOf(cells, language), present);
  const chosen: Constant[] = [];
  for (const name of names) {
    const constant = found.get(name);
    if (!constant)
      return fail("invalid", `"${name}" is no constant of this notebook: a parameter needs a line such as ${name} ${language === "r" ? "<-" : "="} 5.`);
    chosen.push(constant);
  }
  chosen.sort((one, other) => one.cell - other.cell || one.statement - other.statement);
  const first = chosen[0];
  if (!first) return ok({ target: null, at: 0, moves: [] });
  const target = chosen.some((constant) => constant.cell === present) ? present : isOnlyConstants(cells, first.cell, language) ? first.cell : null;
  const stays = (constant: Constant) => constant.cell === target;
  const place: Place = target === null ? { cell: first.cell, statement: 0 } : { cell: target, statement: Number.POSITIVE_INFINITY };
  const moves: Move[] = [];
  for (const constant of chosen.filter((one) => !stays(one))) {
    const problem = problemOfMove(cells, language, constant, place);
    if (problem) return fail("invalid", problem);
    const source = cells.find((cell) => cell.index === constant.cell);
    const lines = source && linesOf(source, constant.at);
    if (!lines) return fail("invalid", `${constant.name} shares its line with other code in cell ${constant.cell + 1}: give it a line of its own.`);
    moves.push({ constant, lines });
  }
  return ok({ target, at: first.cell, moves });
}

/** The cell that holds parameters now; -1 where there is none. */
function presentCell(notebook: Notebook): number {
  const tagged = notebook.cells.findIndex((cell) => cell.cell_type === "code" && tagsOf(cell.metadata).has("parameters"));
  return tagged >= 0 ? tagged : notebook.cells.findIndex((cell) => cell.cell_type === "code" && readParameterSpecs(cell.metadata) !== null);
}

/** The line of each name that counts: in the present parameters cell its last, elsewhere the first of the notebook. */
function firstOfEach(constants: readonly Constant[], present: number): ReadonlyMap<string, Constant> {
  const found = new Map<string, Constant>();
  for (const constant of constants) {
    const former = found.get(constant.name);
    if (!former || constant.cell === present) found.set(constant.name, constant);
  }
  return found;
}

function isOnlyConstants(cells: readonly ReadCell[], index: number, language: Language): boolean {
  const cell = cells.find((one) => one.index === index);
  return cell?.readable === true && constantsOf([cell], language).length === cell.statements.length;
}

/** Inside functions these may be meant as the language's own. */
const wellKnown = new Set(
  "abs all any bin bool chr dict dir divmod enumerate eval exec filter float format hash help hex id input int iter len list map max min next object oct open ord pow print range repr reversed round set slice sorted str sum super tuple type vars zip pi letters LETTERS month.name month.abb".split(
    " ",
  ),
);

/** A constant moves up only past code that does not speak of it, and not past what its own literal needs. */
function problemOfMove(cells: readonly ReadCell[], language: Language, constant: Constant, to: Place): string | null {
  const { name, cell, statement } = constant;
  const from: Place = { cell, statement };
  if (cell < to.cell) return `${name} is set in cell ${cell + 1}, before the parameters cell: move it there first.`;
  const beginning: Place = { cell: 0, statement: 0 };
  const passed = mentionBetween(cells, language, name, to, from);
  const knownBefore = wellKnown.has(name) || mentionBetween(cells, language, name, beginning, to) === "at once";
  if (passed === "at once" || (passed === "in functions" && knownBefore))
    return `${name} is used before it is set in cell ${cell + 1}, so it cannot become a parameter as it is: give it a line above its first use.`;
  // A function that is called on the way would find the name set already.
  const called = functionsThatMention(cells, language, name).find((own) => mentionBetween(cells, language, own, to, from) === "at once");
  if (called !== undefined) return `${name} is used by ${called}, which is called before ${name} is set in cell ${cell + 1}: give it a line above that call.`;
  for (const needed of namesNeededBy(constant.at, language)) {
    if (mentionBetween(cells, language, needed, to, from) !== "none")
      return `${name} needs ${needed}, which is imported in cell ${cell + 1} or just before it: put the imports into a cell of their own, further up.`;
  }
  return null;
}

function moveInto(cells: readonly Cell[], { target, at, moves }: Plan): { readonly cells: readonly Cell[]; readonly target: number } {
  const text = moves.map(({ lines }) => lines.text).join("\n");
  const left = cells.map((cell, index) => {
    const gone = moves.filter(({ constant }) => constant.cell === index).map(({ lines }) => lines);
    return gone.length === 0 ? cell : { ...cell, source: withoutLines(cell.source, gone) };
  });
  const put = left.flatMap((cell, index): readonly { cell: Cell; isTarget: boolean }[] => {
    const own = {
      cell: index === target && text !== "" ? { ...cell, source: `${cell.source.replace(/\n+$/, "")}\n${text}` } : cell,
      isTarget: index === target,
    };
    // Nothing is left of a cell whose every line moved.
    const emptied = cell.source.trim() === "" && cells[index]?.source !== cell.source && (cell.cell_type !== "code" || cell.outputs.length === 0);
    const kept = emptied ? [] : [own];
    const fresh: Cell = { cell_type: "code", metadata: {}, source: text, outputs: [], execution_count: null };
    return target === null && index === at ? [{ cell: fresh, isTarget: true }, ...kept] : kept;
  });
  return { cells: put.map(({ cell }) => cell), target: put.findIndex(({ isTarget }) => isTarget) };
}

/** Ids of cells that were there are nobody's business here, even if they are wrong. */
function withFittingIdsWhereNew(former: Notebook, marked: Notebook): Notebook {
  const old = new Set(former.cells.map((cell) => cell.id));
  const fitting = withFittingIds(marked);
  return { ...marked, cells: marked.cells.map((cell, index) => (cell.id !== undefined || old.has(cell.id) ? cell : (fitting.cells[index] ?? cell))) };
}

function withMark(cell: Cell, language: Language, specs: ParameterSpecs): Cell {
  const tags = Array.isArray(cell.metadata.tags) ? cell.metadata.tags : [];
  const others = constantsOf(readCells({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }, language), language).filter(
    ({ name }) => !Object.hasOwn(specs, name),
  );
  // A literal of this cell is a parameter unless it says that it is none.
  const parameters = { ...Object.fromEntries(others.map(({ name }) => [name, { fixed: true }])), ...specs };
  return {
    ...cell,
    metadata: {
      ...cell.metadata,
      tags: tagsOf(cell.metadata).has("parameters") ? tags : [...tags, "parameters"],
      sheaf: { ...sheafOf(cell), parameters },
    },
  };
}

function withoutMark(cell: Cell): Cell {
  const { tags, sheaf: _sheaf, ...rest } = cell.metadata;
  const { parameters, ...more } = sheafOf(cell);
  const isTagged = cell.cell_type === "code" && tagsOf(cell.metadata).has("parameters");
  if (cell.cell_type !== "code" || (!isTagged && parameters === undefined)) return cell;
  const kept = Array.isArray(tags) ? tags.filter((tag) => typeof tag !== "string" || tag.trim().toLowerCase() !== "parameters") : tags;
  return {
    ...cell,
    metadata: {
      ...rest,
      ...(kept === undefined || (Array.isArray(kept) && kept.length === 0) ? {} : { tags: kept }),
      ...(Object.keys(more).length === 0 ? {} : { sheaf: more }),
    },
  };
}

function sheafOf(cell: Cell): Readonly<Record<string, unknown>> {
  const { sheaf } = cell.metadata;
  return typeof sheaf === "object" && sheaf !== null && !Array.isArray(sheaf) ? (sheaf as Record<string, unknown>) : {};
}

/** What was made is compiled before anybody gets it: it shows exactly these parameters, or says why it cannot. */
function checked(former: Notebook, marked: Notebook, specs: ParameterSpecs): Result<Notebook> {
  const { worksheet, problems } = compileWorksheet(marked, { path: "" });
  const known = new Set(compileWorksheet(former, { path: "" }).problems.map((problem) => problem.message));
  const error = problems.find((problem) => problem.severity === "error" && !known.has(problem.message));
  if (error) return fail("invalid", error.message);
  const shown = worksheet?.parameters.map((parameter) => parameter.name).sort();
  const asked = Object.keys(specs)
    .filter((name) => !specs[name]?.fixed)
    .sort();
  const missing = asked.find((name) => shown && !shown.includes(name));
  if (missing !== undefined)
    return fail("invalid", problems.find((problem) => problem.message.startsWith(missing))?.message ?? `${missing} cannot become a parameter.`);
  return ok(marked);
}
