import type { Parameter } from "#lib/domain/parameter.ts";
import type { Dependent, Language } from "#lib/domain/worksheet.ts";
import { readAnnotation } from "./annotation.ts";
import { buildParameter } from "./build-parameter.ts";
import { readParamComment } from "./colab.ts";
import { readers, readSource } from "./language.ts";
import type { LineProblem } from "./problems.ts";
import { noteAt } from "./problems.ts";
import type { ParameterSpec } from "./sheaf-metadata.ts";
import type { Assignment, Statement, StaticValue } from "./source.ts";

export type ParametersCell = {
  readonly parameters: readonly Parameter[];
  readonly dependents: readonly Dependent[];
  readonly problems: readonly LineProblem[];
};

type Found = { readonly parameter: Parameter; readonly line: number };
type Draft = { readonly parameters: Map<string, Found>; readonly dependents: Dependent[]; readonly problems: LineProblem[]; readonly assigned: Set<string> };

/**
 * Reads a cell tagged "parameters" (papermill's syntax, with Sheaf's own descriptions where the cell's metadata has them).
 * Each fixed value at the top level is a parameter; what is computed from parameters is a dependent.
 */
export function readParametersCell(language: Language, source: string, specs: ReadonlyMap<string, ParameterSpec>): ParametersCell {
  const { statements, problem } = readSource(language, source);
  const draft: Draft = { parameters: new Map(), dependents: [], problems: [], assigned: new Set() };
  for (const statement of statements) readStatement(language, source, statement, specs, draft);
  if (problem) draft.problems.push(noteAt("error", problem.line, problem.message));
  for (const name of specs.keys()) {
    if (!draft.assigned.has(name)) draft.problems.push(noteAt("error", null, `The metadata describe "${name}", but this cell gives it no value.`));
  }
  for (const { parameter, line } of draft.parameters.values()) {
    if (parameter.type === "column" && draft.parameters.get(parameter.of)?.parameter.type !== "file") {
      draft.problems.push(noteAt("error", line, `${parameter.name} is a column of "${parameter.of}", which is no file parameter.`));
    }
  }
  return { parameters: [...draft.parameters.values()].map((found) => found.parameter), dependents: draft.dependents, problems: draft.problems };
}

function readStatement(language: Language, source: string, statement: Statement, specs: ReadonlyMap<string, ParameterSpec>, draft: Draft): void {
  const assignment = language === "python" && statement.indent > 0 ? null : readers[language].readAssignment(statement);
  if (!assignment) {
    noteOther(language, statement, draft);
    return;
  }
  const { name } = assignment;
  draft.assigned.add(name);
  const spec = specs.get(name);
  const value = spec?.fixed ? null : readers[language].readValue(assignment.value);
  const former = draft.parameters.get(name);
  if (former) {
    draft.parameters.delete(name);
    draft.problems.push(noteAt("warning", statement.line, `${name} was given a value already in line ${former.line}; this later one counts.`));
  }
  if (value) addParameter(language, source, statement, assignment, value, spec, draft);
  else addComputed(source, statement, assignment, spec?.fixed ?? false, draft);
}

function addParameter(
  language: Language,
  source: string,
  statement: Statement,
  assignment: Assignment,
  value: StaticValue,
  described: ParameterSpec | undefined,
  draft: Draft,
): void {
  const hints = readHints(language, source, statement, assignment, value, draft);
  const spec = { ...(described?.type || described?.choices ? without(hints, "type", "choices") : hints), ...described };
  if (value.kind === "list" && !spec.choices && spec.type === undefined && !(spec.min !== undefined && spec.max !== undefined)) {
    draft.problems.push(
      noteAt(
        "warning",
        statement.line,
        `${assignment.name} is a list whose choices are not known, so it stays as it is written. Describe its choices in the cell's metadata to make it a field.`,
      ),
    );
    return;
  }
  if (value.kind === "null" && spec.type === undefined && !spec.choices && spec.accept === undefined && spec.of === undefined && spec.nullable === undefined) {
    draft.problems.push(
      noteAt(
        "warning",
        statement.line,
        `Nothing says what ${assignment.name} may be, so it is taken as text. Write its type, as in "${assignment.name}: Optional[int] = None".`,
      ),
    );
  }
  const built = buildParameter(assignment.name, value, spec);
  if ("problem" in built) draft.problems.push(noteAt("error", statement.line, built.problem));
  else draft.parameters.set(assignment.name, { parameter: built.parameter, line: statement.line });
}

/** What annotation and comment say: `x: int = 1`, `# type: int How many`, `# How many`, `#@param {...}`. */
function readHints(language: Language, source: string, statement: Statement, assignment: Assignment, value: StaticValue, draft: Draft): ParameterSpec {
  const hints: ParameterSpec[] = [];
  const [first, last] = [assignment.annotation[0], assignment.annotation.at(-1)];
  const annotations = first && last ? [source.slice(first.start, last.end)] : [];
  let comment = statement.comment?.text.replace(/^#+/, "").trim() ?? "";
  const colab = /^@param\b(.*)$/s.exec(comment)?.[1]?.trim();
  if (colab !== undefined) {
    const spec = readParamComment(language, colab, value);
    if ("problem" in spec) draft.problems.push(noteAt("error", statement.line, spec.problem));
    else hints.push(spec);
    comment = "";
  }
  const typed = /^type:\s*(\S+)\s*(.*)$/s.exec(comment);
  if (typed) {
    annotations.push(typed[1] ?? "");
    comment = typed[2] ?? "";
  }
  for (const annotation of annotations) {
    const spec = readAnnotation(annotation);
    if (spec) hints.push(spec);
    else
      draft.problems.push(
        noteAt("warning", statement.line, `The type "${annotation.slice(0, 100)}" of ${assignment.name} is not understood; its default value decides.`),
      );
  }
  const spec: ParameterSpec = Object.assign({}, ...hints);
  return comment === "" ? spec : { ...spec, help: comment.slice(0, 2000) };
}

function addComputed(source: string, statement: Statement, assignment: Assignment, fixed: boolean, draft: Draft): void {
  const uses = usesOf(statement, draft).filter((name) => name !== assignment.name);
  if (uses.length > 0) {
    draft.dependents.push({ name: assignment.name, source: source.slice(statement.start, statement.end), uses });
    draft.problems.push(
      noteAt("warning", statement.line, `${assignment.name} is computed from ${uses.join(", ")}: it is no field, and is computed again when a value changes.`),
    );
  } else if (!fixed) {
    draft.problems.push(noteAt("warning", statement.line, `${assignment.name} is computed, so no field can be made of it: it stays as it is written.`));
  }
}

/** Parameters that a statement's value depends on, directly or through dependents before it. */
function usesOf(statement: Statement, draft: Draft): readonly string[] {
  const names = new Set(statement.tokens.filter((token) => token.kind === "name").map((token) => token.text.replaceAll("`", "")));
  const through = draft.dependents.filter((dependent) => names.has(dependent.name)).flatMap((dependent) => dependent.uses);
  return [...draft.parameters.keys()].filter((name) => names.has(name) || through.includes(name));
}

function noteOther(language: Language, statement: Statement, draft: Draft): void {
  const [first] = statement.tokens;
  if (readers[language].readImport(statement) !== null || statement.tokens.every((token) => token.kind === "string")) return;
  if (first?.kind === "operator" && ["=", ")", "]", "}", ":", ",", ".", "==", "<-"].includes(first.text)) {
    draft.problems.push(noteAt("error", statement.line, `This line is not understood: nothing can begin with "${first.text}".`));
    return;
  }
  const uses = usesOf(statement, draft);
  const what =
    uses.length > 0
      ? `This line uses ${uses.join(", ")} before a chosen value is set: it always sees the default.`
      : "This line makes no field: it runs as it is written.";
  draft.problems.push(noteAt("warning", statement.line, what));
}

function without(spec: ParameterSpec, ...keys: readonly (keyof ParameterSpec)[]): ParameterSpec {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !keys.includes(key as keyof ParameterSpec)));
}
