import type { Parameter } from "#lib/domain/parameter.ts";
import type { CompiledCell, CompiledWorksheet, Language, Problem } from "#lib/domain/worksheet.ts";
import type { Cell, Notebook } from "#lib/notebook/nbformat.ts";
import { labelOf } from "./build-parameter.ts";
import type { ColabForm } from "./colab.ts";
import { readColabForm } from "./colab.ts";
import { readDisplay, tagsOf } from "./display-tags.ts";
import { readers, readSource } from "./language.ts";
import { firstHeading, firstParagraph, plainText } from "./markdown-text.ts";
import { readLanguage } from "./notebook-language.ts";
import type { ParametersCell } from "./parameters-cell.ts";
import { readParametersCell } from "./parameters-cell.ts";
import { inCell, noteAt } from "./problems.ts";
import { readParameterSpecs, readSettings } from "./sheaf-metadata.ts";
import { unreadConstructs } from "./unread-constructs.ts";

export type Compiled = { readonly worksheet: CompiledWorksheet | null; readonly problems: readonly Problem[] };

const maxSearchText = 100_000;

type CodeCell = Extract<Cell, { cell_type: "code" }>;
type Draft = {
  readonly language: Language;
  readonly showCode: boolean;
  readonly parametersIndex: number;
  readonly problems: Problem[];
  readonly parameters: Parameter[];
  onlyImports: boolean;
  formTitle: string | null;
};

/**
 * Compiles a notebook. Whatever is not understood is a located problem: a warning where the worksheet is still
 * what its author wrote, an error (and no worksheet) where it might not be. Never throws.
 */
export function compileWorksheet(notebook: Notebook, options: { readonly path: string }): Compiled {
  const settings = readSettings(notebook.metadata);
  const problems: Problem[] = settings.problems.map((message) => ({
    severity: message.endsWith("is not known.") ? "warning" : "error",
    cell: null,
    line: null,
    message,
  }));
  const language = readLanguage(notebook);
  if ("problem" in language) return { worksheet: null, problems: [...problems, { severity: "error", cell: null, line: null, message: language.problem }] };
  const draft: Draft = {
    language: language.language,
    showCode: settings.value.showCode ?? false,
    parametersIndex: findParametersCell(notebook),
    problems,
    parameters: [],
    onlyImports: true,
    formTitle: null,
  };
  const cells = notebook.cells.flatMap((cell, index) => compileCell(cell, index, draft));
  problems.sort((a, b) => (a.cell ?? -1) - (b.cell ?? -1) || (a.line ?? 0) - (b.line ?? 0));
  if (problems.some((problem) => problem.severity === "error")) return { worksheet: null, problems };
  const words = wordsOf(notebook);
  const worksheet: CompiledWorksheet = {
    format: 1,
    language: draft.language,
    kernelName: language.kernelName,
    title: (settings.value.title ?? words.title ?? draft.formTitle ?? titleOfPath(options.path)).slice(0, 200),
    description: (settings.value.description ?? words.description).slice(0, 2000),
    parameters: draft.parameters,
    cells,
    searchText: words.searchText,
  };
  return { worksheet, problems };
}

/** The first code cell tagged "parameters", as papermill has it, or described by `metadata.sheaf.parameters`. */
function findParametersCell(notebook: Notebook): number {
  const tagged = notebook.cells.findIndex((cell) => cell.cell_type === "code" && tagsOf(cell.metadata).has("parameters"));
  return tagged >= 0 ? tagged : notebook.cells.findIndex((cell) => cell.cell_type === "code" && readParameterSpecs(cell.metadata) !== null);
}

function compileCell(cell: Cell, index: number, draft: Draft): readonly CompiledCell[] {
  draft.problems.push(...inCell(index, unreadConstructs(cell, index, draft.language)));
  if (cell.cell_type === "raw") return [];
  if (cell.cell_type === "markdown") {
    return tagsOf(cell.metadata).has("remove-cell")
      ? []
      : [{ kind: "markdown", index, source: cell.source, ...(cell.attachments ? { attachments: cell.attachments } : {}) }];
  }
  const display = readDisplay(cell.metadata, draft.showCode);
  const common = { kind: "code", index, source: cell.source, show: display.show, mayFail: display.mayFail } as const;
  if (tagsOf(cell.metadata).has("injected-parameters")) {
    draft.problems.push({
      severity: "warning",
      cell: index,
      line: null,
      message: "Papermill put this cell in on a former run; it is left out, so that the defaults count.",
    });
    return [{ ...common, role: "skipped" }];
  }
  if (display.skipped) {
    if (index === draft.parametersIndex)
      draft.problems.push({ severity: "error", cell: index, line: null, message: "The parameters cell cannot be tagged skip-execution." });
    return [{ ...common, role: "skipped" }];
  }
  return [compileCode(cell, index, common, draft)];
}

type CommonCode = Omit<Extract<CompiledCell, { kind: "code" }>, "role" | "slots" | "dependents">;

function compileCode(cell: CodeCell, index: number, common: CommonCode, draft: Draft): CompiledCell {
  if (index === draft.parametersIndex) {
    draft.onlyImports = false;
    const read = readTaggedCell(cell, index, draft);
    return { ...common, role: "parameters", dependents: read.dependents };
  }
  if (tagsOf(cell.metadata).has("parameters")) {
    draft.problems.push({
      severity: "warning",
      cell: index,
      line: null,
      message: "Only the first cell tagged parameters is read; this one runs as it is written.",
    });
  }
  const form = readColabForm(draft.language, cell.source);
  if (form && (form.slots.length > 0 || form.problems.length > 0 || form.title)) {
    addForm(form, index, draft);
    if (form.slots.length > 0) {
      draft.onlyImports = false;
      return { ...common, role: form.onlyParameters ? "parameters" : "body", slots: form.slots };
    }
  }
  const role = cell.source.trim() === "" ? "skipped" : draft.onlyImports && isImports(cell.source, draft.language) ? "imports" : "body";
  if (role === "body") draft.onlyImports = false;
  return { ...common, role };
}

function readTaggedCell(cell: CodeCell, index: number, draft: Draft): ParametersCell {
  const specs = readParameterSpecs(cell.metadata);
  const read = readParametersCell(draft.language, cell.source, specs?.value ?? new Map());
  draft.problems.push(
    ...inCell(
      index,
      (specs?.problems ?? []).map((message) => noteAt("error", null, message)),
    ),
    ...inCell(index, read.problems),
  );
  draft.parameters.push(...read.parameters);
  return read;
}

function addForm(form: ColabForm, index: number, draft: Draft): void {
  draft.formTitle ??= form.title;
  draft.problems.push(...inCell(index, form.problems));
  for (const parameter of form.parameters) {
    if (draft.parameters.some((other) => other.name === parameter.name)) {
      draft.problems.push({ severity: "error", cell: index, line: null, message: `${parameter.name} is a parameter already. Give each parameter one place.` });
    } else draft.parameters.push(parameter);
  }
}

/** Imports that nothing but imports precedes: a warm kernel may run them before it knows any value. */
function isImports(source: string, language: Language): boolean {
  if (source.trimStart().startsWith("%%")) return false;
  const { statements, problem } = readSource(language, source);
  return !problem && statements.length > 0 && statements.every((statement) => readers[language].readImport(statement) !== null);
}

function wordsOf(notebook: Notebook): { readonly title: string | null; readonly description: string; readonly searchText: string } {
  const sources = notebook.cells.filter((cell) => cell.cell_type === "markdown").map((cell) => cell.source);
  const searchText = plainText(sources.join("\n\n").slice(0, maxSearchText)).slice(0, maxSearchText);
  for (const [at, source] of sources.entries()) {
    const heading = firstHeading(source);
    if (heading) return { title: heading.title, description: firstParagraph([heading.after, ...sources.slice(at + 1)].join("\n\n")), searchText };
  }
  return { title: null, description: firstParagraph(sources.join("\n\n")), searchText };
}

function titleOfPath(path: string): string {
  const file = path.split("/").at(-1) ?? path;
  return labelOf(file.replace(/\.ipynb$/i, "").replaceAll("-", " ")) || "Worksheet";
}
