import { diffSequences, numberItems } from "./diff-sequences.ts";
import { splitLines } from "./lines.ts";

/** `clean` false: both sides changed the same place, and `text` is `ours` as it was. There are never marks of a conflict. */
export type MergedText = { readonly text: string; readonly clean: boolean };

type Change = { readonly from: number; readonly to: number; readonly lines: readonly string[] };

/**
 * Brings two descendants of a text together by lines. Changes that overlap or touch, without being the same, are not
 * decided here. Both directions give the same text where they are clean.
 */
export function mergeText(base: string, ours: string, theirs: string): MergedText {
  if (ours === theirs || theirs === base) return { text: ours, clean: true };
  if (ours === base) return { text: theirs, clean: true };
  const number = numberItems();
  const lines = splitLines(base);
  const baseNumbers = number(lines);
  const [mine, other] = [ours, theirs].map((text) => changesOf(baseNumbers, splitLines(text), number)) as [Change[], Change[]];
  const merged: string[] = [];
  let at = 0;
  const take = (change: Change) => {
    merged.push(...lines.slice(at, change.from), ...change.lines);
    at = change.to;
  };
  while (mine.length > 0 || other.length > 0) {
    const [one, two] = [mine[0], other[0]];
    if (one && two && one.from <= two.to && two.from <= one.to) {
      if (!isSame(one, two)) return { text: ours, clean: false };
      take(one);
      mine.shift();
      other.shift();
    } else if (one && (!two || one.from < two.from)) take(mine.shift() ?? one);
    else if (two) take(other.shift() ?? two);
  }
  merged.push(...lines.slice(at));
  return { text: merged.join(""), clean: true };
}

/** What became of each changed stretch of the base. */
function changesOf(base: readonly number[], lines: readonly string[], number: (items: readonly string[]) => number[]): Change[] {
  const changes: Change[] = [];
  let [b, a] = [0, 0];
  for (const match of [...diffSequences(base, number(lines)), { before: base.length, after: lines.length, length: 0 }]) {
    if (match.before > b || match.after > a) changes.push({ from: b, to: match.before, lines: lines.slice(a, match.after) });
    [b, a] = [match.before + match.length, match.after + match.length];
  }
  return changes;
}

function isSame(one: Change, two: Change): boolean {
  return one.from === two.from && one.to === two.to && one.lines.length === two.lines.length && one.lines.every((line, index) => line === two.lines[index]);
}
