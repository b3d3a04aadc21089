import { increasing } from "#lib/text/diff-sequences.ts";
import type { CellPair } from "./align-cells.ts";
import type { Cell } from "./nbformat.ts";

/** One descendant: its cells, and which of them are cells of the base (by their place there, and by their own). */
export type Side = { readonly cells: readonly Cell[]; readonly ofBase: ReadonlyMap<number, CellPair>; readonly ofOwn: ReadonlyMap<number, CellPair> };

/** A cell of the base by its place there, or an added one by its places in both sides (null: not in that one). */
export type Arranged =
  | { readonly kind: "base"; readonly place: number }
  | { readonly kind: "added"; readonly one: number | null; readonly other: number | null };

/** What added cells at the very beginning stand behind. */
const beginning = -1;

/**
 * The order of a merged notebook: the base's, with the moves of both sides (the first side's where both moved one cell),
 * and each added cell behind the one that it was added behind; at the same place the first side's come first.
 */
export function arrangeCells(
  baseLength: number,
  [one, other]: readonly [Side, Side],
  /** Added cells of both sides that are one: place in the second → place in the first. */
  twins: ReadonlyMap<number, number>,
  isKept: (place: number) => boolean,
): readonly Arranged[] {
  const kept = Array.from({ length: baseLength }, (_, place) => place).filter(isKept);
  const order = orderOf(kept, one, other);
  const known = new Set(kept);
  const ofTwin = new Map([...twins].map(([second, first]) => [first, second]));
  const firstGroups = groupsOf(one, known, (place): Arranged => ({ kind: "added", one: place, other: ofTwin.get(place) ?? null }));
  const secondGroups = groupsOf(other, known, (place): Arranged | null => (twins.has(place) ? null : { kind: "added", one: null, other: place }));
  const behind = (place: number) => [...(firstGroups.get(place) ?? []), ...(secondGroups.get(place) ?? [])];
  return [...behind(beginning), ...order.flatMap((place): Arranged[] => [{ kind: "base", place }, ...behind(place)])];
}

/** The kept cells of the base: in the order of the first side, with what only the second one moved put to its place. */
function orderOf(kept: readonly number[], one: Side, other: Side): readonly number[] {
  const [mine, others] = [orderIn(kept, one), orderIn(kept, other)];
  const [movedByOne, movedByOther] = [movedIn(mine), movedIn(others)];
  const toMove = new Set([...movedByOther].filter((place) => !movedByOne.has(place)));
  if (toMove.size === 0) return mine;
  const order = mine.filter((place) => !toMove.has(place));
  for (const [index, place] of others.entries()) {
    if (!toMove.has(place)) continue;
    const before = others[index - 1];
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, place);
  }
  return order;
}

/** As they stand in a side; one that is not there any more stands behind the cell that it stood behind. */
function orderIn(kept: readonly number[], side: Side): readonly number[] {
  const order = [...kept].filter((place) => side.ofBase.has(place)).sort((a, b) => (side.ofBase.get(a)?.after ?? 0) - (side.ofBase.get(b)?.after ?? 0));
  if (order.length === kept.length) return order;
  const missing = new Map<number, number[]>();
  let last = beginning;
  for (const place of kept) {
    if (side.ofBase.has(place)) last = place;
    else missing.set(last, [...(missing.get(last) ?? []), place]);
  }
  return [beginning, ...order].flatMap((place) => [place, ...(missing.get(place) ?? [])]).slice(1);
}

function movedIn(order: readonly number[]): ReadonlySet<number> {
  const steady = new Set(increasing(order).map((index) => order[index]));
  return new Set(order.filter((place) => !steady.has(place)));
}

/** Added cells by the kept cell of the base that they stand behind. */
function groupsOf(side: Side, kept: ReadonlySet<number>, arrange: (place: number) => Arranged | null): ReadonlyMap<number, readonly Arranged[]> {
  const groups = new Map<number, Arranged[]>();
  let last = beginning;
  for (let index = 0; index < side.cells.length; index++) {
    const pair = side.ofOwn.get(index);
    if (pair) {
      if (kept.has(pair.before)) last = pair.before;
      continue;
    }
    const arranged = arrange(index);
    if (!arranged) continue;
    const group = groups.get(last);
    if (group) group.push(arranged);
    else groups.set(last, [arranged]);
  }
  return groups;
}
