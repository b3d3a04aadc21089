import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cleanNotebook } from "#lib/notebook/clean-notebook.ts";
import { diffNotebooks } from "#lib/notebook/diff-notebooks.ts";
import { mergeNotebooks } from "#lib/notebook/merge-notebooks.ts";
import type { Cell, Notebook } from "#lib/notebook/nbformat.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { presentNotebook } from "#lib/notebook/present-notebook.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { nbformatProblems } from "#lib/notebook/testing.ts";
import { markParameters } from "#lib/worksheet/mark-parameters.ts";
import { suggestParameters } from "#lib/worksheet/suggest-parameters.ts";

/** Real notebooks of other projects, beside the project where they are at hand. */
const folder = join(import.meta.dirname, "../../shared/data/notebooks");
const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ipynb")) : [];
const readable = paths.flatMap((path) => {
  const text = readFileSync(join(folder, path), "utf8");
  const parsed = parseNotebook(text);
  return parsed.ok ? [{ path, text, notebook: parsed.value }] : [];
});

const added = (source: string): Cell => ({ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null });
const sources = (notebook: Notebook) => notebook.cells.map((cell) => cell.source);

describe.skipIf(readable.length === 0)("versions of real notebooks (skipped where ../shared/data/notebooks is absent)", () => {
  it.each(readable)("$path differs from itself in nothing, merges with others' work, and is cleaned", ({ text, notebook }) => {
    expect(diffNotebooks(notebook, structuredClone(notebook)).counts).toEqual({ added: 0, removed: 0, changed: 0, moved: 0, outputsOnly: 0 });

    const ours = { ...notebook, cells: [...notebook.cells, added("ours = 1")] };
    const theirs = { ...notebook, cells: [added("theirs = 1"), ...notebook.cells] };
    const { notebook: merged, notes } = mergeNotebooks({ base: notebook, ours, theirs });
    expect(sources(merged)).toEqual(["theirs = 1", ...sources(notebook), "ours = 1"]);
    expect(notes).toEqual([]);
    expect(nbformatProblems(merged)).toEqual([]);
    expect(printNotebook(mergeNotebooks({ base: notebook, ours: theirs, theirs: ours }).notebook)).toBe(printNotebook(merged));

    const clean = cleanNotebook(text, { keepOutputs: false });
    const cleaned = parseNotebook(clean ?? "");
    expect(cleaned.ok && cleaned.value.cells.every((cell) => cell.cell_type !== "code" || (cell.outputs.length === 0 && cell.execution_count === null))).toBe(
      true,
    );
    expect(cleaned.ok && sources(cleaned.value)).toEqual(sources(notebook));
    expect(cleanNotebook(text, { keepOutputs: true })).toBe(text);
  });

  it.each(readable)("$path is shown, and its constants can be marked or say why not", ({ notebook }) => {
    expect(presentNotebook(notebook).notebook.cells.length).toBe(notebook.cells.length);
    for (const { name } of suggestParameters(notebook)) {
      const marked = markParameters(notebook, { [name]: {} });
      if (!marked.ok) expect(marked.failure.message).toContain(name);
    }
  });
});
