/** Where two sequences agree: `length` items from `before` and `after` on. In order, never touching nothing. */
export type Match = { readonly before: number; readonly after: number; readonly length: number };

/** Beyond so many differences between two anchors the stretch counts as rewritten: the search costs their square. */
const mostDifferences = 600;

/**
 * A short way from one sequence to another (numbers stand for items). Items that occur once on both sides are anchors,
 * which keeps the cost near the length and the result close to what people see; between them the shortest way (Myers).
 */
export function diffSequences(before: readonly number[], after: readonly number[]): readonly Match[] {
  const pairs: number[] = [];
  const open: Stretch[] = [{ b0: 0, b1: before.length, a0: 0, a1: after.length }];
  // A stack instead of recursion: anchors may be nested as deeply as the text is long.
  for (let stretch = open.pop(); stretch; stretch = open.pop()) {
    const inner = trim(before, after, stretch, pairs);
    if (inner.b0 === inner.b1 || inner.a0 === inner.a1) continue;
    const anchors = findAnchors(before, after, inner);
    if (anchors.length === 0) shortestWay(before, after, inner, pairs);
    else splitAt(anchors, inner, open, pairs);
  }
  return joined(pairs);
}

type Stretch = { readonly b0: number; readonly b1: number; readonly a0: number; readonly a1: number };

/** Takes the equal items at both ends. */
function trim(before: readonly number[], after: readonly number[], { b0, b1, a0, a1 }: Stretch, pairs: number[]): Stretch {
  let [fromB, fromA, toB, toA] = [b0, a0, b1, a1];
  while (fromB < toB && fromA < toA && before[fromB] === after[fromA]) pairs.push(fromB++, fromA++);
  while (fromB < toB && fromA < toA && before[toB - 1] === after[toA - 1]) pairs.push(--toB, --toA);
  return { b0: fromB, b1: toB, a0: fromA, a1: toA };
}

/** Items that occur once on each side, as pairs of places in the order of both. */
function findAnchors(before: readonly number[], after: readonly number[], { b0, b1, a0, a1 }: Stretch): readonly (readonly [number, number])[] {
  const places = new Map<number, number>();
  const twice = -1;
  for (let at = b0; at < b1; at++) places.set(before[at] ?? 0, places.has(before[at] ?? 0) ? twice : at);
  const partners = new Map<number, number>();
  for (let at = a0; at < a1; at++) {
    const place = places.get(after[at] ?? 0);
    if (place !== undefined && place !== twice) partners.set(place, partners.has(place) ? twice : at);
  }
  const pairs = [...partners].filter(([, at]) => at !== twice).sort((one, other) => one[1] - other[1]);
  return increasing(pairs.map(([place]) => place)).flatMap((index) => (pairs[index] ? [pairs[index]] : []));
}

function splitAt(anchors: readonly (readonly [number, number])[], { b0, b1, a0, a1 }: Stretch, open: Stretch[], pairs: number[]): void {
  let [fromB, fromA] = [b0, a0];
  for (const [b, a] of anchors) {
    open.push({ b0: fromB, b1: b, a0: fromA, a1: a });
    pairs.push(b, a);
    [fromB, fromA] = [b + 1, a + 1];
  }
  open.push({ b0: fromB, b1, a0: fromA, a1 });
}

/** Myers' greedy search, every step's front kept to walk back. */
function shortestWay(before: readonly number[], after: readonly number[], { b0, b1, a0, a1 }: Stretch, pairs: number[]): void {
  const [n, m] = [b1 - b0, a1 - a0];
  const most = Math.min(n + m, mostDifferences);
  const fronts: Int32Array[] = [];
  let front = new Int32Array(2 * most + 3).fill(-1);
  front[most + 2] = 0;
  for (let d = 0; d <= most; d++) {
    fronts.push(front.slice(most + 1 - d - 1, most + 1 + d + 2));
    const next = front.slice();
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (front[most + k] ?? -1) < (front[most + 2 + k] ?? -1));
      let x = down ? (front[most + 2 + k] ?? 0) : (front[most + k] ?? 0) + 1;
      while (x < n && x - k < m && before[b0 + x] === after[a0 + x - k]) x++;
      next[most + 1 + k] = x;
      if (x >= n && x - k >= m) {
        walkBack(fronts, d, { n, m, b0, a0 }, pairs);
        return;
      }
    }
    front = next;
  }
}

function walkBack(fronts: readonly Int32Array[], steps: number, { n, m, b0, a0 }: { n: number; m: number; b0: number; a0: number }, pairs: number[]): void {
  let [x, y] = [n, m];
  for (let d = steps; d >= 0; d--) {
    const front = fronts[d] ?? new Int32Array();
    const at = (k: number) => front[k + d + 1] ?? -1;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const formerX = d === 0 ? 0 : at(down ? k + 1 : k - 1);
    const formerY = d === 0 ? 0 : formerX - (down ? k + 1 : k - 1);
    while (x > formerX && y > formerY && (d === 0 || x > (down ? formerX : formerX + 1) || y > (down ? formerY + 1 : formerY))) pairs.push(b0 + --x, a0 + --y);
    [x, y] = [formerX, formerY];
  }
}

/** The longest run of places that only grows, as indices into `values` (patience sorting). */
export function increasing(values: readonly number[]): readonly number[] {
  const tops: number[] = [];
  const former = new Int32Array(values.length).fill(-1);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tops[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    former[index] = low > 0 ? (tops[low - 1] ?? -1) : -1;
    tops[low] = index;
  }
  const run: number[] = [];
  for (let at = tops.at(-1) ?? -1; at >= 0; at = former[at] ?? -1) run.push(at);
  return run.reverse();
}

/** Single pairs, in any order, as stretches in order. */
function joined(pairs: readonly number[]): readonly Match[] {
  const starts = Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index] ?? 0, pairs[2 * index + 1] ?? 0] as const);
  starts.sort((one, other) => one[0] - other[0]);
  const matches: { before: number; after: number; length: number }[] = [];
  for (const [before, after] of starts) {
    const last = matches.at(-1);
    if (last && last.before + last.length === before && last.after + last.length === after) last.length++;
    else matches.push({ before, after, length: 1 });
  }
  return matches;
}

/** Gives equal items equal numbers, over as many sequences as it is asked for. */
export function numberItems(): (items: readonly string[]) => number[] {
  const numbers = new Map<string, number>();
  return (items) =>
    items.map((item) => {
      const known = numbers.get(item);
      if (known !== undefined) return known;
      numbers.set(item, numbers.size);
      return numbers.size - 1;
    });
}
