import type { ParametersView } from "#lib/domain/project.ts";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { compileWorksheet } from "#lib/worksheet/compile.ts";
import { tagsOf } from "#lib/worksheet/display-tags.ts";
import { markParameters, type ParameterSpecs } from "#lib/worksheet/mark-parameters.ts";
import { readLanguage } from "#lib/worksheet/notebook-language.ts";
import { readParameterSpecs } from "#lib/worksheet/sheaf-metadata.ts";
import { suggestParameters } from "#lib/worksheet/suggest-parameters.ts";
import type { Context } from "#server/context.ts";
import { maxNotebookBytes } from "./compile-file.ts";
import { findProjectFor } from "./find-project.ts";
import { askingPerson, findPlace, isFolderThere } from "./hold-working-copy.ts";
import { prepareWorkingCopy } from "./prepare-working-copy.ts";
import { displayCellsOf } from "./show-worksheet.ts";
import { type OpenedWorkFile, openWorkFile, writeWorkFile } from "./work-files.ts";

export type ShowParameters = { readonly projectId: string; readonly path: string };
export type SetParameters = ShowParameters & {
  /** Of the notebook as it was shown: what was changed since is not written over. */
  readonly stamp: string;
  /** Exactly these become the parameters: name → what is said of it besides its value. */
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** A notebook of one's own working copy, with its constants that are parameters and those that could be. */
export async function showParameters(ctx: Context, input: ShowParameters): Promise<Result<ParametersView>> {
  const read = await readOwnNotebook(ctx, input);
  if (!read.ok) return read;
  return viewOf(input.path, read.value.stamp, read.value.notebook);
}

/** Makes exactly these constants the notebook's parameters, in one's own working copy. */
export async function setParameters(ctx: Context, input: SetParameters): Promise<Result<ParametersView>> {
  const read = await readOwnNotebook(ctx, input);
  if (!read.ok) return read;
  if (read.value.stamp !== input.stamp) return changedMeanwhile;
  const specs = checkSpecs(input.parameters);
  if (!specs.ok) return specs;
  const marked = markParameters(read.value.notebook, specs.value);
  if (!marked.ok) return marked;
  const content = new TextEncoder().encode(printNotebook(marked.value));
  const written = await writeWorkFile(ctx, { projectId: input.projectId, path: input.path, content, ifStamp: input.stamp });
  if (!written.ok) return written.failure.code === "conflict" ? changedMeanwhile : written;
  return viewOf(input.path, written.value.stamp, marked.value);
}

const changedMeanwhile = fail("conflict", "The notebook was changed meanwhile, in JupyterLab or another window. Look at it as it is now, and mark it again.");

function checkSpecs(parameters: Readonly<Record<string, unknown>>): Result<ParameterSpecs> {
  const read = readParameterSpecs({ sheaf: { parameters } });
  if (!read) return ok({});
  const [first] = read.problems;
  if (first === undefined) return ok(Object.fromEntries(read.value));
  const fields = read.problems.map((problem) => {
    const [, name = "parameters", words = problem] = /^metadata\.sheaf\.parameters\.([^.:]+)(.*)$/.exec(problem) ?? [];
    return [name, words.replace(/^[.:\s]+/, "")] as const;
  });
  return fail("invalid", first.replace("metadata.sheaf.parameters.", ""), { fields: Object.fromEntries(fields) });
}

/** The first look makes the working copy, as opening the project does. */
async function readOwnNotebook(ctx: Context, { projectId, path }: ShowParameters): Promise<Result<{ notebook: Notebook; stamp: string }>> {
  if (!/\.ipynb$/i.test(path)) return fail("invalid", "Only notebooks have parameters.", { fields: { path: "Choose a notebook." } });
  const [project, person] = [await findProjectFor(ctx, projectId, "project:write"), await askingPerson(ctx)];
  if (!project.ok) return project;
  if (!person.ok) return person;
  const place = await findPlace(ctx, project.value, person.value);
  if (!place || (place.row.baseCommit === null && place.row.pendingCommit === null) || !(await isFolderThere(ctx, place))) {
    const made = await prepareWorkingCopy(ctx, { projectId });
    if (!made.ok) return made;
  }
  const opened = await openWorkFile(ctx, { projectId, path });
  if (!opened.ok) return opened;
  const notebook = parseNotebook(await textOf(opened.value));
  return notebook.ok ? ok({ notebook: notebook.value, stamp: opened.value.stamp }) : notebook;
}

async function textOf({ bytes, stream }: OpenedWorkFile): Promise<string> {
  if (bytes > maxNotebookBytes) {
    await stream.cancel();
    return "";
  }
  return new Response(stream).text();
}

function viewOf(path: string, stamp: string, notebook: Notebook): Result<ParametersView> {
  const language = readLanguage(notebook);
  if ("problem" in language) return fail("invalid", language.problem);
  const { worksheet, problems } = compileWorksheet(notebook, { path });
  const cells = notebook.cells.flatMap((cell, index) =>
    cell.cell_type === "raw" ? [] : [{ index, kind: cell.cell_type, source: cell.source, isParameters: tagsOf(cell).has("parameters") }],
  );
  const described = notebook.cells.flatMap((cell) => [...(readParameterSpecs(cell.metadata)?.value ?? [])]);
  return ok({
    path,
    stamp,
    title: worksheet?.title ?? path.split("/").at(-1) ?? path,
    language: language.language,
    cells,
    suggestions: suggestParameters(notebook),
    parameters: worksheet?.parameters ?? [],
    described: Object.fromEntries(described),
    display: worksheet ? displayCellsOf(worksheet) : [],
    problems,
  });
}
