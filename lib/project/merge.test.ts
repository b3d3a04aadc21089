import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { threeSides } from "#lib/notebook/testing.ts";
import { besidePath, mergeFile } from "./merge-file.ts";
import { type MergeStep, planMerge } from "./plan-merge.ts";

const path = fc.constantFrom("a", "a/b", "a/b/c", "b.csv", "c/d.ipynb", "e");
const tree = fc.dictionary(path, fc.constantFrom("1", "2", "3"), { noNullPrototype: true }).map((files) => {
  // A tree has no file inside a file.
  const paths = Object.keys(files);
  return new Map(Object.entries(files).filter(([name]) => !paths.some((other) => other.startsWith(`${name}/`))));
});
const trees = fc.record({ base: tree, ours: tree, theirs: tree });

const utf8 = (text: string) => new TextEncoder().encode(text);
const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The contents that a plan leaves, merged ones as a pair. */
function contentsOf(steps: readonly MergeStep[]): string[] {
  return steps
    .flatMap((step) => {
      if (step.action === "merge") return [`${step.path}: ${[step.ours, step.theirs].sort().join("+")}`];
      return step.blob === null ? [] : [`${step.path}: ${step.blob}`];
    })
    .sort();
}

describe("the plan of a merge", () => {
  it("has one step for each path that is anywhere, but for what both sides removed", () => {
    fc.assert(
      fc.property(trees, ({ base, ours, theirs }) => {
        const paths = planMerge({ base, ours, theirs }).map((step) => step.path);
        expect(paths).toEqual([...new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])].filter((one) => ours.has(one) || theirs.has(one)).sort());
      }),
      { numRuns: 2000 },
    );
  });

  it("loses no content that a side has and the base has not at that path", () => {
    fc.assert(
      fc.property(trees, ({ base, ours, theirs }) => {
        const steps = new Map(planMerge({ base, ours, theirs }).map((step) => [step.path, step]));
        for (const side of [ours, theirs])
          for (const [name, blob] of side) {
            if (base.get(name) === blob) continue;
            const step = steps.get(name);
            const kept = step?.action === "merge" ? [step.ours, step.theirs] : [step?.blob];
            expect(kept).toContain(blob);
          }
      }),
      { numRuns: 3000 },
    );
  });

  it("leaves the same contents in both directions", () => {
    fc.assert(
      fc.property(trees, ({ base, ours, theirs }) => {
        expect(contentsOf(planMerge({ base, ours, theirs }))).toEqual(contentsOf(planMerge({ base, ours: theirs, theirs: ours })));
      }),
      { numRuns: 2000 },
    );
  });

  it("is the other side where one is unchanged", () => {
    fc.assert(
      fc.property(tree, tree, (base, changed) => {
        const steps = planMerge({ base, ours: base, theirs: changed }).filter((step) => step.action !== "merge" && step.blob !== null);
        expect(new Map(steps.map((step) => [step.path, step.action === "merge" ? "" : step.blob]))).toEqual(new Map([...changed].sort()));
      }),
      { numRuns: 1000 },
    );
  });

  it("never leaves a file where a folder is", () => {
    fc.assert(
      fc.property(trees, ({ base, ours, theirs }) => {
        const there = planMerge({ base, ours, theirs }).filter((step) => step.action !== "beside" && (step.action === "merge" || step.blob !== null));
        for (const { path: name } of there) expect(there.some((other) => other.path.startsWith(`${name}/`))).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("merging a file", () => {
  it("merges notebooks by cell, the same in both directions", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours, theirs }) => {
        const [b, o, t] = [base, ours, theirs].map((one) => utf8(printNotebook(one))) as [Uint8Array, Uint8Array, Uint8Array];
        const [one, other] = [mergeFile("x.ipynb", b, o, t), mergeFile("x.ipynb", b, t, o)];
        if (one.keepBeside || other.keepBeside) throw new Error("a notebook was not merged");
        expect(read(one.content)).toBe(read(other.content));
        expect(parseNotebook(read(one.content)).ok).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps both of what it cannot merge", () => {
    const bytes = (...values: readonly number[]) => new Uint8Array(values);
    expect(mergeFile("a.png", bytes(0, 1), bytes(0, 2), bytes(0, 3)).keepBeside).toBe(true);
    expect(mergeFile("a.csv", utf8("1\n"), utf8("2\n"), utf8("3\n")).keepBeside).toBe(true);
    expect(mergeFile("a.csv", null, utf8("2\n"), utf8("3\n")).keepBeside).toBe(true);
    expect(mergeFile("a.txt", utf8("a"), bytes(0xff, 0xfe), utf8("b")).keepBeside).toBe(true);
    expect(mergeFile("a.ipynb", utf8("{}"), utf8("{ 1"), utf8("{}\n")).keepBeside).toBe(true);
  });

  it("merges texts where nobody changed the same place, byte order mark and all", () => {
    const merged = mergeFile("a.py", utf8("\uFEFFa\nb\nc\n"), utf8("\uFEFFA\nb\nc\n"), utf8("\uFEFFa\nb\nC\n"));
    expect(merged.keepBeside ? "" : [...merged.content]).toEqual([...utf8("\uFEFFA\nb\nC\n")]);
  });

  it("takes the side that changed, whatever the file is", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (base, changed) => {
        expect(mergeFile("x", base, base, changed)).toEqual({ keepBeside: false, content: changed, notes: [] });
        expect(mergeFile("x", base, changed, base)).toEqual({ keepBeside: false, content: changed, notes: [] });
      }),
    );
  });

  it("finds a free name beside", () => {
    const taken = new Set(["data/a (version 7).csv"]);
    const has = (one: string) => taken.has(one);
    expect(besidePath("data/b.csv", "version 7", has)).toBe("data/b (version 7).csv");
    expect(besidePath("data/a.csv", "version 7", has)).toBe("data/a (version 7, 2).csv");
    expect(besidePath(".hidden", "yours", has)).toBe(".hidden (yours)");
    expect(besidePath("a.b/Makefile", "yours", has)).toBe("a.b/Makefile (yours)");
  });
});
