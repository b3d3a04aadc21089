import type { CellResult, RunRecord } from "#lib/domain/run.ts";
import type { CompiledWorksheet } from "#lib/domain/worksheet.ts";
import type { Cell, Notebook, Output } from "#lib/notebook/nbformat.ts";
import type { PlannedCell } from "./plan-run.ts";
import { showStream } from "./stream-text.ts";

/**
 * The notebook as it ran: changed values in a cell tagged "injected-parameters" where papermill puts it, outputs in place,
 * and what ran in `metadata.sheaf.run`. Cells that did not run have no outputs.
 */
export function executedNotebook(
  notebook: Notebook,
  worksheet: CompiledWorksheet,
  plan: readonly PlannedCell[],
  cells: readonly CellResult[],
  record?: RunRecord,
): Notebook {
  const results = new Map(cells.map((cell) => [cell.index, cell]));
  const sources = new Map(plan.filter((cell) => cell.role !== "injected").map((cell) => [cell.index, cell.source]));
  const injected = new Map(plan.filter((cell) => cell.role === "injected").map((cell) => [cell.index, cell.source]));
  const skipped = new Set(worksheet.cells.filter((cell) => cell.kind === "code" && cell.role === "skipped").map((cell) => cell.index));
  const executed = notebook.cells.flatMap((cell, index): Cell[] => {
    if (cell.cell_type !== "code") return [cell];
    // What papermill injected on a former run gives way to this run's values.
    if (skipped.has(index) && hasTag(cell, "injected-parameters")) return [];
    const result = results.get(index);
    const ran: Cell = {
      ...cell,
      source: sources.get(index) ?? cell.source,
      outputs: (result?.outputs ?? []).map(settle),
      execution_count: result?.executionCount ?? null,
    };
    const source = injected.get(index);
    return source === undefined ? [ran] : [ran, injectedCell(source, notebook)];
  });
  return { ...notebook, cells: executed, metadata: record ? withRecord(notebook.metadata, record) : notebook.metadata };
}

function settle(output: Output): Output {
  return output.output_type === "stream" ? { ...output, text: showStream(output.text) } : output;
}

function injectedCell(source: string, notebook: Notebook): Cell {
  const cell: Cell = { cell_type: "code", metadata: { tags: ["injected-parameters"] }, source, outputs: [], execution_count: null };
  return notebook.nbformat_minor >= 5 ? { ...cell, id: freeId(notebook) } : cell;
}

/** Cell ids are unique in a notebook. */
function freeId(notebook: Notebook): string {
  const taken = new Set(notebook.cells.map((cell) => cell.id));
  let id = "injected-parameters";
  for (let number = 2; taken.has(id); number++) id = `injected-parameters-${number}`;
  return id;
}

function hasTag(cell: Cell, tag: string): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.some((candidate) => typeof candidate === "string" && candidate.replaceAll("_", "-") === tag);
}

function withRecord(metadata: Notebook["metadata"], record: RunRecord): Notebook["metadata"] {
  const sheaf = typeof metadata.sheaf === "object" && metadata.sheaf !== null ? metadata.sheaf : {};
  return { ...metadata, sheaf: { ...sheaf, run: record } };
}
