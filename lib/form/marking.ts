import type { ParameterSuggestion } from "#lib/domain/notebook-diff.ts";
import type { Parameter, ParameterType } from "#lib/domain/parameter.ts";
import type { ParametersView } from "#lib/domain/project.ts";
import type { Cell, Notebook } from "#lib/notebook/nbformat.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";
import { markParameters, type ParameterSpecs } from "#lib/worksheet/mark-parameters.ts";
import { placeOf } from "#lib/worksheet/problems.ts";
import type { ParameterSpec } from "#lib/worksheet/sheaf-metadata.ts";

type Shown = Pick<ParametersView, "language" | "cells" | "parameters" | "described">;

/** What the notebook says now: every parameter, and what is said of it besides its value. */
export function specsOf({ parameters, described }: Shown): ParameterSpecs {
  return Object.fromEntries(parameters.map(({ name }) => [name, described[name] ?? {}]));
}

/** The form that a reader would get by these specs; a sentence where the notebook cannot be marked so. */
export function formOf(view: Shown, specs: ParameterSpecs): { readonly parameters: readonly Parameter[]; readonly problem: string | null } {
  const marked = markParameters(notebookOf(view), specs);
  if (!marked.ok) return { parameters: view.parameters, problem: marked.failure.message };
  const { worksheet, problems } = compileWorksheet(marked.value, { path: "" });
  const error = problems.find((problem) => problem.severity === "error");
  return { parameters: worksheet?.parameters ?? [], problem: error ? `${placeOf(error)}: ${error.message}` : null };
}

const kernels = { python: { name: "python3", language: "python" }, r: { name: "ir", language: "R" } };

/** As much of the notebook as marking looks at. */
function notebookOf({ language, cells, described }: Shown): Notebook {
  const last = cells.at(-1)?.index ?? -1;
  const known = new Map(cells.map((cell) => [cell.index, cell]));
  let isFirst = true;
  const whole = Array.from({ length: last + 1 }, (_, index): Cell => {
    const cell = known.get(index);
    if (cell?.kind !== "code") return { cell_type: cell ? "markdown" : "raw", metadata: {}, source: cell?.source ?? "" };
    const isMarked = cell.isParameters && isFirst;
    if (isMarked) isFirst = false;
    const metadata = isMarked ? { tags: ["parameters"], sheaf: { parameters: described } } : {};
    return { cell_type: "code", metadata, source: cell.source, outputs: [], execution_count: null };
  });
  return { nbformat: 4, nbformat_minor: 4, metadata: { kernelspec: kernels[language] }, cells: whole };
}

const kinds: Readonly<Record<string, readonly ParameterType[]>> = {
  integer: ["integer", "number", "choice"],
  number: ["number", "choice"],
  string: ["string", "text", "choice", "date", "file"],
  text: ["text", "string"],
  boolean: ["boolean"],
  choices: ["choices", "range"],
  date: ["date"],
};

/** What a constant may be in the form, the likeliest first. */
export function kindsOf({ type }: Pick<ParameterSuggestion, "type">): readonly ParameterType[] {
  return kinds[type] ?? ["string"];
}

/** Bounds make sense for these alone. */
export function isBounded(type: string): boolean {
  return type === "integer" || type === "number" || type === "range" || type === "date";
}

export function hasChoices(type: string): boolean {
  return type === "choice" || type === "choices";
}

/** What is said of a parameter when its kind changes: what would make no sense any more is dropped. */
export function withKind(spec: ParameterSpec, type: ParameterType): ParameterSpec {
  const { type: _former, min, max, step, slider, choices, allowOther, ...rest } = spec;
  return {
    ...rest,
    type,
    ...(isBounded(type) ? { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }), ...(step === undefined ? {} : { step }) } : {}),
    ...(isBounded(type) && slider !== undefined ? { slider } : {}),
    ...(hasChoices(type) && choices ? { choices } : {}),
    ...(hasChoices(type) && allowOther !== undefined ? { allowOther } : {}),
  };
}

/** The same with one word changed; an empty one is not said at all. */
export function withWord(spec: ParameterSpec, key: "label" | "help" | "unit" | "group", text: string): ParameterSpec {
  const { [key]: _former, ...rest } = spec;
  return text.trim() === "" ? rest : { ...rest, [key]: text };
}

/** A bound as it was typed: a number where it is one, a day where it looks like that. */
export function withBound(spec: ParameterSpec, key: "min" | "max", text: string): ParameterSpec {
  const { [key]: _former, ...rest } = spec;
  const typed = text.trim();
  if (typed === "") return rest;
  return { ...rest, [key]: Number.isFinite(Number(typed)) ? Number(typed) : typed };
}

/** One choice a line: the value, and after "|" what the reader sees instead. */
export function withChoices(spec: ParameterSpec, text: string, numeric: boolean): ParameterSpec {
  const { choices: _former, ...rest } = spec;
  const choices = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const at = line.indexOf("|");
      const written = at < 0 ? line : line.slice(0, at).trim();
      const label = at < 0 ? "" : line.slice(at + 1).trim();
      const value = numeric && written !== "" && Number.isFinite(Number(written)) ? Number(written) : written;
      return label === "" ? value : { value, label };
    });
  return choices.length === 0 ? rest : { ...rest, choices };
}

/** The first of several is what the notebook itself says: a choice among none is no form. */
export function withFirstChoice(spec: ParameterSpec, literal: string, numeric: boolean): ParameterSpec {
  if (spec.type !== "choice" || spec.choices) return spec;
  const written = /^(["'])([^"'\\|\n]*)\1$/.exec(literal)?.[2] ?? (numeric ? literal : "");
  return withChoices(spec, written, numeric);
}

export function choicesText(spec: ParameterSpec): string {
  return (spec.choices ?? []).map((choice) => (typeof choice === "object" ? `${choice.value} | ${choice.label}` : String(choice))).join("\n");
}
