import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "#lib/text/diff-lines.ts";
import { alignCells } from "./align-cells.ts";
import { diffNotebooks } from "./diff-notebooks.ts";
import type { Cell, Notebook } from "./nbformat.ts";
import { notebook, threeSides } from "./testing.ts";

const code = (source: string, id?: string): Cell => ({ cell_type: "code", ...(id ? { id } : {}), metadata: {}, source, outputs: [], execution_count: null });
const of = (...cells: readonly Cell[]): Notebook => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [...cells] });
const kinds = (before: Notebook, after: Notebook) => diffNotebooks(before, after).cells.map((cell) => cell.kind);

describe("the difference of two notebooks", () => {
  it("holds every cell of both sides exactly once, those of each side that kept their order in it", () => {
    fc.assert(
      fc.property(threeSides, ({ ours, theirs }) => {
        const { cells } = diffNotebooks(ours, theirs);
        const before = cells.flatMap((cell) => (cell.before ? [cell.before.index] : []));
        const after = cells.flatMap((cell) => (cell.after ? [cell.after.index] : []));
        expect(before.toSorted((a, b) => a - b)).toEqual(ours.cells.map((_, index) => index));
        expect(after).toEqual(theirs.cells.map((_, index) => index));
        const steady = cells.flatMap((cell) => (cell.before && cell.kind !== "moved" ? [cell.before.index] : []));
        expect(steady).toEqual(steady.toSorted((a, b) => a - b));
      }),
      { numRuns: 3000 },
    );
  });

  it("is nothing for a notebook and itself, and everything against none", () => {
    fc.assert(
      fc.property(notebook, (one) => {
        expect(diffNotebooks(one, structuredClone(one)).cells.every((cell) => cell.kind === "same")).toBe(true);
        expect(diffNotebooks(null, one).counts.added).toBe(one.cells.length);
        expect(diffNotebooks(one, null).counts.removed).toBe(one.cells.length);
      }),
    );
  });

  it("calls same only what is the same, and tells what differs by lines that make the one source of the other", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours }) => {
        for (const cell of diffNotebooks(base, ours).cells) {
          if (cell.kind === "same") expect(cell.before.cell.source).toBe(cell.after.cell.source);
          if ((cell.kind !== "changed" && cell.kind !== "moved") || cell.source === null) continue;
          const text = (...which: readonly string[]) =>
            cell.source
              ?.filter((line) => which.includes(line.kind))
              .map((line) => line.text)
              .join("\n");
          expect(text("same", "removed")).toBe(cell.before.cell.source.replace(/\n$/, ""));
          expect(text("same", "added")).toBe(cell.after.cell.source.replace(/\n$/, ""));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("follows an id through a rewritten source", () => {
    const [before, after] = [of(code("a = 1", "x"), code("b = 2", "y")), of(code("b = 2", "y"), code("everything is new here", "x"))];
    expect(alignCells(before.cells, after.cells)).toEqual(expect.arrayContaining([expect.objectContaining({ before: 0, after: 1 })]));
  });

  it("does not believe ids that number cells by their place", () => {
    const sources = ["import numpy as np", "data = np.arange(100)", "mean = data.mean()", "print(mean, data.std())"];
    const before = of(...sources.map((source, index) => code(source, `cell-${index}`)));
    const after = of(...["# A new beginning of it all", ...sources].map((source, index) => code(source, `cell-${index}`)));
    expect(kinds(before, after)).toEqual(["added", "same", "same", "same", "same"]);
  });

  it("survives ids that occur twice", () => {
    const before = of(code("first source", "d"), code("second source", "d"));
    const after = of(code("first source", "d"), code("second source, longer", "d"));
    expect(kinds(before, after)).toEqual(["same", "changed"]);
  });

  it("finds what was moved, also without ids and changed meanwhile", () => {
    const long = "growth = simulate(rate, capacity, years)\nplot(growth, title='Growth')\nprint(growth.max(), growth.min())";
    const before = of(code(long), code("a = load('a.csv')"), code("b = load('b.csv')"), code("c = load('c.csv')"));
    const after = of(code("a = load('a.csv')"), code("b = load('b.csv')"), code("c = load('c.csv')"), code(`${long}\nsave(growth)`));
    expect(kinds(before, after)).toEqual(["same", "same", "same", "moved"]);
  });

  it("counts a cell that only ran again apart", () => {
    const ran = (text: string): Cell => ({ ...code("draw(42)", "a"), outputs: [{ output_type: "stream", name: "stdout", text }] }) as Cell;
    expect(diffNotebooks(of(ran("1")), of(ran("2"))).counts).toEqual({ added: 0, removed: 0, changed: 0, moved: 0, outputsOnly: 1 });
  });

  it("does not take collapsed outputs or numbers of executions for a change", () => {
    const before = of(code("x = 1", "a"));
    const after = of({ ...code("x = 1", "a"), execution_count: 5, metadata: { collapsed: true, execution: { "iopub.status.busy": "now" } } } as Cell);
    expect(kinds(before, after)).toEqual(["same"]);
  });
});

describe("the difference of two texts", () => {
  it("marks the words of a rewritten line", () => {
    const [removed, added] = diffLines("rate = 0.5 # slow\n", "rate = 0.7 # slow\n");
    expect(removed?.words?.map(({ start, end }) => removed.text.slice(start, end))).toEqual(["5"]);
    expect(added?.words?.map(({ start, end }) => added.text.slice(start, end))).toEqual(["7"]);
  });

  it("marks only what differs: the rest of both lines is the same text", () => {
    const line = fc.array(fc.constantFrom("a", "bb", " ", "(", "𝄞", "é"), { minLength: 1, maxLength: 12 }).map((parts) => `x = call${parts.join("")}`);
    fc.assert(
      fc.property(line, line, (one, other) => {
        const rest = (diff: ReturnType<typeof diffLines>[number]) => {
          let [text, at] = ["", 0];
          for (const { start, end } of diff.words ?? []) [text, at] = [text + diff.text.slice(at, start), end];
          return text + diff.text.slice(at);
        };
        const diffs = diffLines(one, other).filter((diff) => diff.words);
        if (diffs.length === 2 && diffs[0] && diffs[1]) expect(rest(diffs[0])).toBe(rest(diffs[1]));
      }),
      { numRuns: 1000 },
    );
  });
});
