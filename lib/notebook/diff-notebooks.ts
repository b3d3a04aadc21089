import type { CellDiff, CellSide, NotebookDiff, OutputDiff } from "#lib/domain/notebook-diff.ts";
import { diffLines } from "#lib/text/diff-lines.ts";
import { diffSequences, numberItems } from "#lib/text/diff-sequences.ts";
import { alignCells } from "./align-cells.ts";
import { areSameOutputs, attachmentsOf, differingKeys, isSameOutput, outputsMark, outputsOf } from "./compare-cells.ts";
import type { Cell, Notebook, Output } from "./nbformat.ts";

/**
 * How a notebook became another; null is a notebook that is not there. Numbers of executions, ids and what programs note
 * down by themselves are no difference. Outputs are compared without being read twice, so a notebook of megabytes costs
 * milliseconds.
 */
export function diffNotebooks(before: Notebook | null, after: Notebook | null): NotebookDiff {
  const [old, now] = [before?.cells ?? [], after?.cells ?? []];
  const cells = inReadingOrder(old, now);
  const counts = { added: 0, removed: 0, changed: 0, moved: 0, outputsOnly: 0 };
  for (const cell of cells) {
    if (cell.kind === "same") continue;
    if (cell.kind === "changed" && isOutputsOnly(cell)) counts.outputsOnly++;
    else counts[cell.kind]++;
  }
  return { cells, metadata: before && after ? differingKeys(before.metadata, after.metadata) : [], counts };
}

/** Cells that kept their order tie both sides together; between two of them stands first what is gone, then what came. */
function inReadingOrder(old: readonly Cell[], now: readonly Cell[]): readonly CellDiff[] {
  const pairs = new Map(alignCells(old, now).map((pair) => [pair.after, pair]));
  const kept = new Set([...pairs.values()].map((pair) => pair.before));
  const result: CellDiff[] = [];
  let gone = 0;
  const tellGone = (to: number) => {
    for (; gone < to; gone++) {
      const before = sideAt(old, gone);
      if (before && !kept.has(gone)) result.push({ kind: "removed", before, after: null });
    }
  };
  for (let index = 0; index < now.length; index++) {
    const pair = pairs.get(index);
    const after = sideAt(now, index);
    if (pair && !pair.moved) tellGone(pair.before);
    const before = pair ? sideAt(old, pair.before) : null;
    if (after) result.push(before ? compareCells(before, after, pair?.moved ?? false) : { kind: "added", before: null, after });
  }
  tellGone(old.length);
  return withGoneFirst(result);
}

/** What was removed where something else was added is read before it. */
function withGoneFirst(cells: readonly CellDiff[]): readonly CellDiff[] {
  const result: CellDiff[] = [];
  let added: CellDiff[] = [];
  for (const cell of cells) {
    if (cell.kind === "added") added.push(cell);
    else if (cell.kind === "removed") result.push(cell);
    else {
      result.push(...added, cell);
      added = [];
    }
  }
  return [...result, ...added];
}

function sideAt(cells: readonly Cell[], index: number): CellSide | null {
  const cell = cells[index];
  return cell ? { index, cell } : null;
}

function compareCells(before: CellSide, after: CellSide, moved: boolean): CellDiff {
  const [old, now] = [before.cell, after.cell];
  const retyped = old.cell_type !== now.cell_type;
  const attachments = differingKeys(attachmentsOf(old), attachmentsOf(now)).length > 0 ? ["attachments"] : [];
  const metadata = [...differingKeys(old.metadata, now.metadata), ...attachments];
  const source = old.source === now.source ? null : diffLines(old.source, now.source);
  const outputs = areSameOutputs(outputsOf(old), outputsOf(now)) ? null : diffOutputs(outputsOf(old), outputsOf(now));
  if (!moved && !retyped && source === null && outputs === null && metadata.length === 0) return { kind: "same", before, after };
  return { kind: moved ? "moved" : "changed", before, after, source, outputs, metadata, retyped };
}

function isOutputsOnly(cell: Extract<CellDiff, { kind: "changed" | "moved" }>): boolean {
  return cell.source === null && cell.outputs !== null && cell.metadata.length === 0 && !cell.retyped;
}

/** Outputs in order; one gone and one come at the same place are one that changed. */
function diffOutputs(old: readonly Output[], now: readonly Output[]): readonly OutputDiff[] {
  const number = numberItems();
  const result: OutputDiff[] = [];
  let [b, a] = [0, 0];
  const marks = (outputs: readonly Output[]) => number(outputs.map((output) => outputsMark([output])));
  for (const match of [...diffSequences(marks(old), marks(now)), { before: old.length, after: now.length, length: 0 }]) {
    while (b < match.before || a < match.after) {
      const before = b < match.before ? (old[b++] ?? null) : null;
      const after = a < match.after ? (now[a++] ?? null) : null;
      result.push({ kind: before === null ? "added" : after === null ? "removed" : "changed", before, after });
    }
    for (let step = 0; step < match.length; step++) {
      const [before, after] = [old[b++] ?? null, now[a++] ?? null];
      // Marks are samples of what is long: the outputs themselves decide.
      result.push({ kind: before && after && isSameOutput(before, after) ? "same" : "changed", before, after });
    }
  }
  return result;
}
