import { alignCells, type CellPair } from "./align-cells.ts";
import { type Arranged, arrangeCells, type Side } from "./arrange-cells.ts";
import { withFittingIds } from "./cell-ids.ts";
import { areSameOutputs, outputsOf } from "./compare-cells.ts";
import { isEdited, mergeCell } from "./merge-cell.ts";
import { mergeMetadata } from "./merge-metadata.ts";
import type { Cell, Notebook } from "./nbformat.ts";
import { printNotebook } from "./print-notebook.ts";

/** `notes` are sentences for the person, with cells counted from 1 in the merged notebook. */
export type MergedNotebook = { readonly notebook: Notebook; readonly notes: readonly string[] };

/**
 * Brings two descendants of a notebook together, cell by cell. No cell is lost: one that was removed on one side and worked
 * on at the other is kept, and one that cannot be merged line by line is there twice. Both directions give the very same
 * notebook: the two sides are put in an order of their own first, which "ours" and "theirs" say nothing about.
 * The result is valid nbformat; with one side unchanged it is the other side. `base` null: both sides made the notebook.
 */
export function mergeNotebooks({ base, ours, theirs }: { base: Notebook | null; ours: Notebook; theirs: Notebook }): MergedNotebook {
  const [one, other] = inFixedOrder(ours, theirs);
  const baseCells = base?.cells ?? [];
  const sides = [sideOf(baseCells, one.cells), sideOf(baseCells, other.cells)] as const;
  const twins = twinsOf(sides);
  const draft: Draft = { cells: [], notes: [] };
  for (const arranged of arrangeCells(baseCells.length, sides, twins, (place) => isKept(baseCells[place], sides, place)))
    place(arranged, baseCells, sides, draft);
  const metadata = mergeMetadata(base?.metadata ?? {}, one.metadata, other.metadata);
  if (metadata.contested.length > 0)
    draft.notes.push(`Both sides changed these settings of the notebook, and one of the two was taken: ${metadata.contested.join(", ")}.`);
  const notebook: Notebook = {
    nbformat: 4,
    nbformat_minor: Math.max(one.nbformat_minor, other.nbformat_minor),
    metadata: metadata.value,
    cells: draft.cells,
  };
  return { notebook: withFittingIds(notebook), notes: draft.notes };
}

type Draft = { readonly cells: Cell[]; readonly notes: string[] };
type Sides = readonly [Side, Side];

/** By what they hold: shorter first, then by their text. */
function inFixedOrder(ours: Notebook, theirs: Notebook): readonly [Notebook, Notebook] {
  const [mine, others] = [printNotebook(ours), printNotebook(theirs)];
  const first = mine.length === others.length ? mine <= others : mine.length < others.length;
  return first ? [ours, theirs] : [theirs, ours];
}

function sideOf(base: readonly Cell[], cells: readonly Cell[]): Side {
  const pairs = alignCells(base, cells);
  const ofBase = new Map(pairs.map((pair) => [pair.before, pair]));
  return { cells, ofBase, ofOwn: new Map(pairs.map((pair) => [pair.after, pair])) };
}

/** Cells that both sides added: the same source, or the same id. Place in the second side → place in the first. */
function twinsOf([one, other]: Sides): ReadonlyMap<number, number> {
  const added = (side: Side) => side.cells.flatMap((cell, index) => (side.ofOwn.has(index) ? [] : [{ cell, index }]));
  const [mine, others] = [added(one), added(other)];
  const pairs: readonly CellPair[] = alignCells(
    mine.map(({ cell }) => cell),
    others.map(({ cell }) => cell),
  );
  const twins = new Map<number, number>();
  for (const pair of pairs) {
    const [a, b] = [mine[pair.before], others[pair.after]];
    if (a && b && a.cell.cell_type === b.cell.cell_type && a.cell.source === b.cell.source) twins.set(b.index, a.index);
  }
  return twins;
}

/** Gone is what one side removed and the other one left as it was. */
function isKept(base: Cell | undefined, [one, other]: Sides, place: number): boolean {
  const [a, b] = [partner(one, place), partner(other, place)];
  if (!base || (a === null && b === null)) return false;
  if (a !== null && b !== null) return true;
  const left = a ?? b;
  return left !== null && isEdited(base, left);
}

function partner(side: Side, place: number): Cell | null {
  const pair = side.ofBase.get(place);
  return pair ? (side.cells[pair.after] ?? null) : null;
}

function place(arranged: Arranged, base: readonly Cell[], [one, other]: Sides, draft: Draft): void {
  const number = draft.cells.length + 1;
  if (arranged.kind === "base") {
    const [origin, a, b] = [base[arranged.place] ?? null, partner(one, arranged.place), partner(other, arranged.place)];
    if (a && b) addMerged(origin, a, b, draft);
    else {
      const left = a ?? b;
      if (left) draft.cells.push(left);
      draft.notes.push(`Cell ${number} was removed on one side and changed on the other: it was kept.`);
    }
    return;
  }
  const [a, b] = [arranged.one === null ? null : one.cells[arranged.one], arranged.other === null ? null : other.cells[arranged.other]];
  if (a && b) addMerged(null, a, b, draft);
  else if (a ?? b) draft.cells.push((a ?? b) as Cell);
}

function addMerged(base: Cell | null, a: Cell, b: Cell, draft: Draft): void {
  const number = draft.cells.length + 1;
  const merged = mergeCell(base, a, b);
  if (merged.kind === "both") {
    draft.cells.push(a, b);
    draft.notes.push(`Cells ${number} and ${number + 1} are one cell that was changed on both sides: both are kept, choose one of them.`);
    return;
  }
  draft.cells.push(merged.cell);
  if (merged.unrun) draft.notes.push(`Cell ${number} holds changes of both sides, so its outputs were left out: run it again.`);
  else if (base && !areSameOutputs(outputsOf(a), outputsOf(b)) && isRunTwice(base, a, b))
    draft.notes.push(`Cell ${number} was run on both sides, and one side's outputs were kept.`);
  if (merged.contested.length > 0)
    draft.notes.push(`Cell ${number}: both sides changed these of its settings, and one of the two was taken: ${merged.contested.join(", ")}.`);
}

function isRunTwice(base: Cell, a: Cell, b: Cell): boolean {
  return a.source === b.source && !areSameOutputs(outputsOf(base), outputsOf(a)) && !areSameOutputs(outputsOf(base), outputsOf(b));
}
