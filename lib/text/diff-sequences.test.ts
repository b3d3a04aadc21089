import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffSequences } from "./diff-sequences.ts";

const sequence = fc.array(fc.nat(6), { maxLength: 40 });

/** Length of the longest common subsequence, the slow sure way. */
function commonLength(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const item of a) {
    const next = [0];
    for (const [at, other] of b.entries()) next.push(item === other ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe("the difference of two sequences", () => {
  it("pairs only equal items, each once, in the order of both", () => {
    fc.assert(
      fc.property(sequence, sequence, (before, after) => {
        let [b, a] = [0, 0];
        for (const match of diffSequences(before, after)) {
          expect(match.length).toBeGreaterThan(0);
          expect(match.before).toBeGreaterThanOrEqual(b);
          expect(match.after).toBeGreaterThanOrEqual(a);
          expect(before.slice(match.before, match.before + match.length)).toEqual(after.slice(match.after, match.after + match.length));
          [b, a] = [match.before + match.length, match.after + match.length];
        }
        expect(b).toBeLessThanOrEqual(before.length);
        expect(a).toBeLessThanOrEqual(after.length);
      }),
      { numRuns: 2000 },
    );
  });

  it("finds the most that two sequences share where no item is rare", () => {
    const twice = fc.array(fc.nat(2), { minLength: 8, maxLength: 30 }).map((items) => [...items, 0, 1, 2, 0, 1, 2]);
    // What stands around differs, so that nothing is trimmed and every item inside occurs twice.
    fc.assert(
      fc.property(
        twice.map((items) => [5, ...items, 6]),
        twice.map((items) => [7, ...items, 8]),
        (before, after) => {
          const found = diffSequences(before, after).reduce((sum, match) => sum + match.length, 0);
          expect(found).toBe(commonLength(before, after));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("says that all is equal where all is equal", () => {
    expect(diffSequences([1, 2, 3], [1, 2, 3])).toEqual([{ before: 0, after: 0, length: 3 }]);
    expect(diffSequences([], [1])).toEqual([]);
  });

  it("answers for long sequences that share nothing, and for long ones of few items", () => {
    const long = Array.from({ length: 20_000 }, (_, at) => at % 7);
    expect(diffSequences(long, [...long].reverse()).length).toBeGreaterThan(0);
    expect(
      diffSequences(
        long,
        long.map((item) => item + 100),
      ),
    ).toEqual([]);
  });
});
