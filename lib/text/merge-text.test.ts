import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "./lines.ts";
import { mergeText } from "./merge-text.ts";

const line = fc.constantFrom("a\n", "b\n", "c = 1\n", "\n", "d\r\n", "é𝄞\n");
const text = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("", "end")).map(([lines, end]) => lines.join("") + end);
/** A text and what two people made of it, each by a few edits. */
const edited = fc.tuple(fc.array(line, { minLength: 1, maxLength: 14 }), edits("x"), edits("y")).map(([lines, ours, theirs]) => ({
  base: lines.join(""),
  ours: apply(lines, ours),
  theirs: apply(lines, theirs),
}));

type Edit = { readonly at: number; readonly gone: number; readonly lines: readonly string[] };

function edits(mark: string): fc.Arbitrary<readonly Edit[]> {
  const own = fc.nat(99).map((number) => `${mark}${number}\n`);
  return fc.array(fc.record({ at: fc.nat(14), gone: fc.nat(2), lines: fc.array(own, { maxLength: 2 }) }), { maxLength: 3 });
}

function apply(lines: readonly string[], edits: readonly Edit[]): string {
  const changed = [...lines];
  for (const { at, gone, lines: put } of edits) changed.splice(at % (changed.length + 1), gone, ...put);
  return changed.join("");
}

describe("merging texts by line", () => {
  it("gives both directions the same text where it is clean, and agrees on where it is not", () => {
    fc.assert(
      fc.property(edited, ({ base, ours, theirs }) => {
        const [one, other] = [mergeText(base, ours, theirs), mergeText(base, theirs, ours)];
        expect(one.clean).toBe(other.clean);
        if (one.clean) expect(one.text).toBe(other.text);
        else expect([one.text, other.text]).toEqual([ours, theirs]);
      }),
      { numRuns: 3000 },
    );
  });

  it("loses no line that either side added", () => {
    fc.assert(
      fc.property(edited, ({ base, ours, theirs }) => {
        const merged = mergeText(base, ours, theirs);
        if (!merged.clean) return;
        const kept = new Set(splitLines(merged.text).map((one) => one.trimEnd()));
        for (const side of [ours, theirs]) for (const one of splitLines(side)) if (/^[xy]\d/.test(one)) expect(kept).toContain(one.trimEnd());
      }),
      { numRuns: 2000 },
    );
  });

  it("is the other side where one is unchanged, and the same where both are", () => {
    fc.assert(
      fc.property(text, text, (base, changed) => {
        expect(mergeText(base, base, changed)).toEqual({ text: changed, clean: true });
        expect(mergeText(base, changed, base)).toEqual({ text: changed, clean: true });
        expect(mergeText(base, changed, changed)).toEqual({ text: changed, clean: true });
      }),
      { numRuns: 2000 },
    );
  });

  it("brings together what is apart, and leaves what touches to people", () => {
    expect(mergeText("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n")).toEqual({ text: "A\nb\nc\nD\n", clean: true });
    expect(mergeText("a\nb\n", "A\nb\n", "B\nb\n")).toEqual({ text: "A\nb\n", clean: false });
    expect(mergeText("a\n", "a\nx\n", "a\ny\n").clean).toBe(false);
    expect(mergeText("", "x\n", "y\n").clean).toBe(false);
  });

  it("splits lines so that they join again", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r") }), (any) => void expect(splitLines(any).join("")).toBe(any)));
  });
});
