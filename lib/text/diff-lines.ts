import type { LineDiff } from "#lib/domain/notebook-diff.ts";
import { diffSequences, numberItems } from "./diff-sequences.ts";

type Range = { readonly start: number; readonly end: number };

/** Lines of less likeness are a new line, not a rewritten one. */
const likeEnough = 0.4;
const longestCompared = 2000;
/** Stretches of more pairs of lines than this are not searched for rewritten ones. */
const mostCompared = 400;

/**
 * How a text became another, line by line: what is gone before what came. Where a line was rewritten, both carry the
 * parts that differ. A line end of "\r\n" against "\n" is no difference; everything else is.
 */
export function diffLines(before: string, after: string): readonly LineDiff[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const number = numberItems();
  const result: LineDiff[] = [];
  let [b, a] = [0, 0];
  for (const match of [...diffSequences(number(old), number(now)), { before: old.length, after: now.length, length: 0 }]) {
    result.push(...changed(old, now, { b0: b, b1: match.before, a0: a, a1: match.after }));
    for (let step = 0; step < match.length; step++)
      result.push({ kind: "same", text: now[match.after + step] ?? "", before: match.before + step + 1, after: match.after + step + 1 });
    [b, a] = [match.before + match.length, match.after + match.length];
  }
  return result;
}

/** Lines without their ends. An empty text has none. */
function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function changed(old: readonly string[], now: readonly string[], { b0, b1, a0, a1 }: { b0: number; b1: number; a0: number; a1: number }): LineDiff[] {
  const partners = partnersIn(old.slice(b0, b1), now.slice(a0, a1));
  const removed: LineDiff[] = [];
  const wordsAfter = new Map<number, readonly Range[]>();
  for (let at = b0; at < b1; at++) {
    const text = old[at] ?? "";
    const partner = partners.get(at - b0);
    const words = partner === undefined ? null : diffWords(text, now[a0 + partner] ?? "");
    if (words && partner !== undefined) wordsAfter.set(a0 + partner, words.after);
    removed.push({ kind: "removed", text, before: at + 1, after: null, ...(words ? { words: words.before } : {}) });
  }
  const added = Array.from({ length: a1 - a0 }, (_, step): LineDiff => {
    const words = wordsAfter.get(a0 + step);
    return { kind: "added", text: now[a0 + step] ?? "", before: null, after: a0 + step + 1, ...(words ? { words } : {}) };
  });
  return [...removed, ...added];
}

/** Which removed line became which added one, in order. */
function partnersIn(removed: readonly string[], added: readonly string[]): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  if (removed.length === 0 || added.length === 0) return partners;
  if (removed.length * added.length > mostCompared) return partners;
  const width = added.length + 1;
  const likeness = removed.map((line) => added.map((other) => likenessOfLines(line, other)));
  const best = new Float64Array((removed.length + 1) * width);
  for (let b = removed.length - 1; b >= 0; b--) {
    for (let a = added.length - 1; a >= 0; a--) {
      const own = likeness[b]?.[a] ?? 0;
      const paired = own >= likeEnough ? own + (best[(b + 1) * width + a + 1] ?? 0) : 0;
      best[b * width + a] = Math.max(paired, best[(b + 1) * width + a] ?? 0, best[b * width + a + 1] ?? 0);
    }
  }
  for (let [b, a] = [0, 0]; b < removed.length && a < added.length; ) {
    const own = likeness[b]?.[a] ?? 0;
    const here = best[b * width + a] ?? 0;
    if (own >= likeEnough && here === own + (best[(b + 1) * width + a + 1] ?? 0)) partners.set(b++, a++);
    else if (here === (best[(b + 1) * width + a] ?? 0)) b++;
    else a++;
  }
  return partners;
}

const wordPattern = /[\p{L}\p{N}_]+|\s+|[^\s\p{L}\p{N}_]/gu;

function likenessOfLines(one: string, other: string): number {
  if (one.length > longestCompared || other.length > longestCompared) return 0;
  const counts = new Map<string, number>();
  let [total, shared] = [0, 0];
  for (const [word] of one.matchAll(wordPattern)) {
    if (word.trim() === "") continue;
    counts.set(word, (counts.get(word) ?? 0) + 1);
    total++;
  }
  for (const [word] of other.matchAll(wordPattern)) {
    if (word.trim() === "") continue;
    total++;
    const left = counts.get(word) ?? 0;
    if (left > 0) {
      shared++;
      counts.set(word, left - 1);
    }
  }
  return total === 0 ? 1 : (2 * shared) / total;
}

/** The parts of two lines that differ, by words. */
function diffWords(before: string, after: string): { readonly before: readonly Range[]; readonly after: readonly Range[] } {
  const [old, now] = [before, after].map((line) => [...line.matchAll(wordPattern)].map(([word]) => word)) as [string[], string[]];
  const number = numberItems();
  const matches = diffSequences(number(old), number(now));
  return {
    before: rangesBetween(
      old,
      matches.map((match) => [match.before, match.length]),
    ),
    after: rangesBetween(
      now,
      matches.map((match) => [match.after, match.length]),
    ),
  };
}

/** UTF-16 ranges of the words that no match covers; neighbours are one. */
function rangesBetween(words: readonly string[], matches: readonly (readonly [number, number])[]): readonly Range[] {
  const ranges: Range[] = [];
  let [word, at] = [0, 0];
  for (const [from, length] of [...matches, [words.length, 0] as const]) {
    const start = at;
    while (word < from) at += words[word++]?.length ?? 0;
    if (at > start) ranges.push({ start, end: at });
    while (word < from + length) at += words[word++]?.length ?? 0;
  }
  return ranges;
}
