import { diffSequences, increasing, numberItems } from "#lib/text/diff-sequences.ts";
import { outputsMark, outputsOf } from "./compare-cells.ts";
import type { Cell } from "./nbformat.ts";
import { type Likeness, likenessOf, measureLikeness } from "./source-likeness.ts";

/** Which cells of two notebooks are the same one, in the order of `after`. `moved`: it stands in another order now. */
export type CellPair = { readonly before: number; readonly after: number; readonly moved: boolean };

/** Two sources share at least so much of themselves to be the same cell elsewhere, and in the same place. */
const likeElsewhere = 0.6;
const likeInPlace = 0.35;
/** Stretches of so many cells are compared each with each; longer ones by what is rare in them. */
const mostCompared = 1600;
/** Below this a source says too little to be known again elsewhere. */
const tellingLength = 12;

type Alignment = {
  readonly before: readonly Cell[];
  readonly after: readonly Cell[];
  /** Partner of each cell, -1 where it has none. */
  readonly ofBefore: Int32Array;
  readonly ofAfter: Int32Array;
};

/**
 * Pairs the cells of two notebooks: by ids where they can be trusted, then by equal sources, then by sources that are alike,
 * by outputs, and by place. Every cell is paired at most once. The cost is near the size of both for notebooks as people
 * change them.
 */
export function alignCells(before: readonly Cell[], after: readonly Cell[]): readonly CellPair[] {
  const alignment: Alignment = { before, after, ofBefore: new Int32Array(before.length).fill(-1), ofAfter: new Int32Array(after.length).fill(-1) };
  pairByIds(alignment);
  pairEqualInOrder(alignment);
  pairEqualElsewhere(alignment);
  pairAlike(alignment);
  return withMoves(alignment);
}

function pair({ ofBefore, ofAfter }: Alignment, before: number, after: number): void {
  ofBefore[before] = after;
  ofAfter[after] = before;
}

/** An id names a cell where it occurs once on each side. */
function pairByIds(alignment: Alignment): void {
  const [ids, others] = [onceOnly(alignment.before, (cell) => cell.id), onceOnly(alignment.after, (cell) => cell.id)];
  const candidates: [number, number][] = [];
  for (const [id, before] of ids) {
    const after = others.get(id);
    if (after !== undefined) candidates.push([before, after]);
  }
  for (const [before, after] of trusted(alignment, candidates)) pair(alignment, before, after);
}

/**
 * Some programs number cells by their place, so that one new cell gives every later one its neighbour's id. Ids are believed
 * unless more of them contradict what the sources say than agree; a single one is not where its source stands elsewhere.
 */
function trusted({ before, after }: Alignment, candidates: readonly [number, number][]): readonly [number, number][] {
  const [sources, others] = [onceOnly(before, anySource), onceOnly(after, anySource)];
  let [agree, contradict] = [0, 0];
  const believed = candidates.filter(([b, a]) => {
    const [one, other] = [before[b], after[a]];
    if (!one || !other) return false;
    if (one.source === other.source) {
      agree++;
      return true;
    }
    const [sourceOne, sourceOther] = [anySource(one), anySource(other)];
    const stays = sourceOne !== undefined && sources.get(sourceOne) === b && others.has(sourceOne);
    const came = sourceOther !== undefined && others.get(sourceOther) === a && sources.has(sourceOther);
    if (stays || came) contradict++;
    return !(stays || came);
  });
  return contradict > agree ? [] : believed;
}

/** Against an id even a short source is evidence, if it stands nowhere else. */
function anySource(cell: Cell): string | undefined {
  return cell.source.trim().length >= 4 ? `${cell.cell_type} ${cell.source}` : undefined;
}

function tellingSource(cell: Cell): string | undefined {
  return cell.source.length >= tellingLength ? `${cell.cell_type} ${cell.source}` : undefined;
}

function onceOnly(cells: readonly Cell[], keyOf: (cell: Cell) => string | undefined): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const twice = new Set<string>();
  for (const [index, cell] of cells.entries()) {
    const key = keyOf(cell);
    if (key === undefined) continue;
    if (places.has(key)) twice.add(key);
    else places.set(key, index);
  }
  for (const key of twice) places.delete(key);
  return places;
}

/** Equal sources in the order of both, inside the stretches between what is paired already. */
function pairEqualInOrder(alignment: Alignment): void {
  const number = numberItems();
  const key = (cell: Cell) => `${cell.cell_type} ${cell.source}`;
  const [ofBefore, ofAfter] = [number(alignment.before.map(key)), number(alignment.after.map(key))];
  for (const gap of gapsOf(alignment)) {
    const matches = diffSequences(
      gap.before.map((index) => ofBefore[index] ?? -1),
      gap.after.map((index) => ofAfter[index] ?? -1),
    );
    for (const match of matches) {
      for (let step = 0; step < match.length; step++) pair(alignment, gap.before[match.before + step] ?? 0, gap.after[match.after + step] ?? 0);
    }
  }
}

/** What was moved as it is. Of several equal cells those with equal outputs belong together, then the first ones. */
function pairEqualElsewhere(alignment: Alignment): void {
  for (const withOutputs of [true, false]) {
    const left = new Map<string, number[]>();
    const keyOf = (cell: Cell) => `${tellingSource(cell)}${withOutputs ? ` ${outputsMark(outputsOf(cell))}` : ""}`;
    for (const index of unpaired(alignment.ofBefore)) {
      const cell = alignment.before[index];
      if (!cell || tellingSource(cell) === undefined) continue;
      const places = left.get(keyOf(cell));
      if (places) places.push(index);
      else left.set(keyOf(cell), [index]);
    }
    for (const index of left.size > 0 ? unpaired(alignment.ofAfter) : []) {
      const cell = alignment.after[index];
      const found = cell && tellingSource(cell) !== undefined ? left.get(keyOf(cell))?.shift() : undefined;
      if (found !== undefined) pair(alignment, found, index);
    }
  }
}

/** Cells that were changed: first where they stand, then anywhere, then those that only their outputs or place tell. */
function pairAlike(alignment: Alignment): void {
  const known = new Map<Cell, Likeness>();
  const likeness = (cell: Cell) => {
    const made = known.get(cell) ?? measureLikeness(cell.source);
    known.set(cell, made);
    return made;
  };
  for (const gap of gapsOf(alignment)) if (gap.before.length * gap.after.length <= mostCompared) pairBestInGap(alignment, gap, likeness);
  pairAlikeElsewhere(alignment, likeness);
  pairByOutputs(alignment);
  for (const { before, after } of gapsOf(alignment)) {
    const [b, a] = [before[0], after[0]];
    if (b === undefined || a === undefined || before.length !== 1 || after.length !== 1) continue;
    const [one, other] = [alignment.before[b], alignment.after[a]];
    const short = Math.max(one?.source.length ?? 0, other?.source.length ?? 0) < 40;
    if (one && other && one.cell_type === other.cell_type && (short || likenessOf(likeness(one), likeness(other)) > 0.1)) pair(alignment, b, a);
  }
}

/** The pairs in order whose likeness is greatest in sum. */
function pairBestInGap(alignment: Alignment, { before, after }: Gap, likeness: (cell: Cell) => Likeness): void {
  const width = after.length + 1;
  const score = (b: number, a: number): number => {
    const [one, other] = [alignment.before[before[b] ?? -1], alignment.after[after[a] ?? -1]];
    if (!one || !other) return 0;
    const alike = likenessOf(likeness(one), likeness(other));
    // Equal sources of another type count more than different ones of the same.
    return alike < likeInPlace ? 0 : alike + (one.cell_type === other.cell_type ? 0.01 : 0);
  };
  const best = new Float64Array((before.length + 1) * width);
  const scores = new Float64Array(before.length * after.length);
  for (let b = before.length - 1; b >= 0; b--) {
    for (let a = after.length - 1; a >= 0; a--) {
      const own = score(b, a);
      scores[b * after.length + a] = own;
      const paired = own > 0 ? own + (best[(b + 1) * width + a + 1] ?? 0) : 0;
      best[b * width + a] = Math.max(paired, best[(b + 1) * width + a] ?? 0, best[b * width + a + 1] ?? 0);
    }
  }
  for (let [b, a] = [0, 0]; b < before.length && a < after.length; ) {
    const own = scores[b * after.length + a] ?? 0;
    const here = best[b * width + a] ?? 0;
    if (own > 0 && here === own + (best[(b + 1) * width + a + 1] ?? 0)) pair(alignment, before[b++] ?? 0, after[a++] ?? 0);
    else if (here === (best[(b + 1) * width + a] ?? 0)) b++;
    else a++;
  }
}

/** Lines that few of the remaining cells hold lead to candidates; the most alike of them is the cell. */
function pairAlikeElsewhere(alignment: Alignment, likeness: (cell: Cell) => Likeness): void {
  const holders = new Map<string, number[]>();
  for (const index of unpaired(alignment.ofBefore)) {
    for (const line of new Set(tellingLines(alignment.before[index]))) {
      const places = holders.get(line);
      if (places) places.push(index);
      else holders.set(line, [index]);
    }
  }
  for (const index of holders.size > 0 ? unpaired(alignment.ofAfter) : []) {
    const cell = alignment.after[index];
    if (!cell) continue;
    const candidates = new Set<number>();
    for (const line of tellingLines(cell)) {
      const places = holders.get(line) ?? [];
      if (places.length <= 8) for (const place of places) if (alignment.ofBefore[place] === -1) candidates.add(place);
    }
    let [found, most] = [-1, likeElsewhere];
    for (const candidate of candidates) {
      const other = alignment.before[candidate];
      const alike = other?.cell_type === cell.cell_type ? likenessOf(likeness(cell), likeness(other)) : 0;
      if (alike > most || (alike === most && candidate < found)) [found, most] = [candidate, alike];
    }
    if (found >= 0) pair(alignment, found, index);
  }
}

function tellingLines(cell: Cell | undefined): readonly string[] {
  return (cell?.source ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= tellingLength);
}

/** A rewritten cell that still gives the same figure or table. */
function pairByOutputs(alignment: Alignment): void {
  const marks = (cells: readonly Cell[], places: readonly number[]) => {
    const found = new Map<string, number>();
    const twice = new Set<string>();
    for (const place of places) {
      const cell = cells[place];
      const mark = cell ? outputsMark(outputsOf(cell)) : "";
      if (mark.length < 60) continue;
      if (found.has(mark)) twice.add(mark);
      found.set(mark, place);
    }
    for (const mark of twice) found.delete(mark);
    return found;
  };
  const after = marks(alignment.after, unpaired(alignment.ofAfter));
  if (after.size === 0) return;
  for (const [mark, place] of marks(alignment.before, unpaired(alignment.ofBefore))) {
    const partner = after.get(mark);
    if (partner !== undefined) pair(alignment, place, partner);
  }
}

function unpaired(partners: Int32Array): number[] {
  const places: number[] = [];
  for (let index = 0; index < partners.length; index++) if (partners[index] === -1) places.push(index);
  return places;
}

type Gap = { readonly before: readonly number[]; readonly after: readonly number[] };

/** Unpaired cells between the pairs that stand in order. */
function gapsOf(alignment: Alignment): readonly Gap[] {
  const gaps: Gap[] = [];
  const fixed = [...inOrder(alignment), [alignment.before.length, alignment.after.length] as const];
  let [b, a] = [0, 0];
  for (const [toB, toA] of fixed) {
    const free = (from: number, to: number, partners: Int32Array) =>
      Array.from({ length: to - from }, (_, step) => from + step).filter((at) => partners[at] === -1);
    const gap = { before: free(b, toB, alignment.ofBefore), after: free(a, toA, alignment.ofAfter) };
    if (gap.before.length > 0 && gap.after.length > 0) gaps.push(gap);
    [b, a] = [toB + 1, toA + 1];
  }
  return gaps;
}

/** The longest run of pairs that kept their order. */
function inOrder({ ofAfter }: Alignment): readonly (readonly [number, number])[] {
  const pairs = [...ofAfter].flatMap((before, after) => (before >= 0 ? [[before, after] as const] : []));
  return increasing(pairs.map(([before]) => before)).flatMap((index) => (pairs[index] ? [pairs[index]] : []));
}

function withMoves(alignment: Alignment): readonly CellPair[] {
  const steady = new Set(inOrder(alignment).map(([, after]) => after));
  return [...alignment.ofAfter].flatMap((before, after) => (before >= 0 ? [{ before, after, moved: !steady.has(after) }] : []));
}
