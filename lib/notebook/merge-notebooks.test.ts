import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeNotebooks } from "./merge-notebooks.ts";
import type { Cell, Notebook } from "./nbformat.ts";
import { parseNotebook } from "./parse-notebook.ts";
import { printNotebook } from "./print-notebook.ts";
import { nbformatProblems, notebook, threeSides } from "./testing.ts";

const code = (source: string, id: string, text?: string): Cell => ({
  cell_type: "code",
  id,
  metadata: {},
  source,
  outputs: text === undefined ? [] : [{ output_type: "stream", name: "stdout", text }],
  execution_count: text === undefined ? null : 1,
});
const of = (...cells: readonly Cell[]): Notebook => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [...cells] });
const sources = (merged: Notebook) => merged.cells.map((cell) => cell.source);

describe("merging notebooks", () => {
  it("gives both directions the very same notebook and notes", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours, theirs }) => {
        const [one, other] = [mergeNotebooks({ base, ours, theirs }), mergeNotebooks({ base, ours: theirs, theirs: ours })];
        expect(printNotebook(one.notebook)).toBe(printNotebook(other.notebook));
        expect(one.notes).toEqual(other.notes);
      }),
      { numRuns: 3000 },
    );
  });

  it("loses nothing that either side wrote", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours, theirs }) => {
        const merged = sources(mergeNotebooks({ base, ours, theirs }).notebook).join("\n").split("\n");
        const known = new Set(merged);
        for (const side of [ours, theirs])
          for (const cell of side.cells) for (const line of cell.source.split("\n")) if (/^(ours|theirs)\d/.test(line)) expect(known).toContain(line);
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps every cell of a side, whole or line by line, unless the other side removed it as it was", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours, theirs }) => {
        const merged = sources(mergeNotebooks({ base, ours, theirs }).notebook);
        const lines = new Set(merged.flatMap((source) => source.split("\n")));
        const untouched = new Set(base.cells.map((cell) => cell.source));
        for (const side of [ours, theirs])
          for (const { source } of side.cells) {
            if (untouched.has(source) || merged.includes(source)) continue;
            // Lines of the base may have been removed by the other side; what is new must be there.
            const old = new Set(base.cells.flatMap((cell) => cell.source.split("\n")));
            for (const line of source.split("\n")) if (!old.has(line)) expect(lines).toContain(line);
          }
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps a cell that both sides left alone", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours, theirs }) => {
        const count = (cells: readonly Cell[], source: string) => cells.filter((cell) => cell.source === source).length;
        const merged = mergeNotebooks({ base, ours, theirs }).notebook.cells;
        for (const { source } of base.cells)
          if (count(base.cells, source) === 1 && count(ours.cells, source) === 1 && count(theirs.cells, source) === 1)
            expect(count(merged, source)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  it("is the other side where one side is unchanged", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours, how }) => {
        const merged = mergeNotebooks({ base, ours, theirs: base });
        expect(sources(merged.notebook)).toEqual(sources(ours));
        expect(merged.notes).toEqual([]);
        // Ids that the format forbids are mended.
        if (how !== "double") expect(merged.notebook).toEqual(ours);
      }),
      { numRuns: 2000 },
    );
  });

  it("changes nothing when done again, and nothing where both sides are the same", () => {
    fc.assert(
      fc.property(threeSides, ({ base, ours, theirs }) => {
        const merged = mergeNotebooks({ base, ours, theirs }).notebook;
        expect(mergeNotebooks({ base, ours: merged, theirs: merged }).notebook).toEqual(merged);
        expect(mergeNotebooks({ base: merged, ours: merged, theirs: merged }).notebook).toEqual(merged);
        expect(sources(mergeNotebooks({ base: theirs, ours: merged, theirs }).notebook)).toEqual(sources(merged));
      }),
      { numRuns: 1000 },
    );
  });

  it("gives valid nbformat", () => {
    fc.assert(
      fc.property(threeSides, notebook, ({ base, ours, theirs }, stranger) => {
        for (const merged of [mergeNotebooks({ base, ours, theirs }), mergeNotebooks({ base: null, ours, theirs: stranger })]) {
          expect(nbformatProblems(merged.notebook)).toEqual([]);
          expect(parseNotebook(printNotebook(merged.notebook)).ok).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("keeps all cells of both sides that began apart", () => {
    fc.assert(
      fc.property(notebook, notebook, (ours, theirs) => {
        const merged = new Set(sources(mergeNotebooks({ base: null, ours, theirs }).notebook));
        for (const source of [...sources(ours), ...sources(theirs)]) expect(merged).toContain(source);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes changes to different cells, and merges different lines of one", () => {
    const base = of(code("a = 1\nb = 2\nc = 3", "x"), code("d = 4", "y"));
    const ours = of(code("a = 10\nb = 2\nc = 3", "x", "10"), code("d = 4", "y"));
    const theirs = of(code("a = 1\nb = 2\nc = 30", "x", "30"), code("d = 40", "y"));
    const { notebook: merged, notes } = mergeNotebooks({ base, ours, theirs });
    expect(sources(merged)).toEqual(["a = 10\nb = 2\nc = 30", "d = 40"]);
    expect(merged.cells[0]).toMatchObject({ outputs: [], execution_count: null, id: "x" });
    expect(notes).toEqual(["Cell 1 holds changes of both sides, so its outputs were left out: run it again."]);
  });

  it("keeps both where one line was changed on both sides, each with the outputs of its own", () => {
    const base = of(code("rate = 1", "x", "1"), code("end", "z"));
    const { notebook: merged, notes } = mergeNotebooks({
      base,
      ours: of(code("rate = 2", "x", "2"), code("end", "z")),
      theirs: of(code("rate = 3", "x", "3"), code("end", "z")),
    });
    expect(sources(merged).toSorted()).toEqual(["end", "rate = 2", "rate = 3"]);
    for (const cell of merged.cells.slice(0, 2)) expect(cell.cell_type === "code" && cell.outputs[0]).toMatchObject({ text: cell.source.at(-1) });
    expect(new Set(merged.cells.map((cell) => cell.id)).size).toBe(3);
    expect(notes).toEqual(["Cells 1 and 2 are one cell that was changed on both sides: both are kept, choose one of them."]);
  });

  it("keeps a cell that one side removed and the other worked on; running it is no work", () => {
    const base = of(code("first = 1", "a"), code("second = 2", "b", "old"));
    const removed = of(code("first = 1", "a"));
    const worked = mergeNotebooks({ base, ours: removed, theirs: of(code("first = 1", "a"), code("second = 20", "b")) });
    expect(sources(worked.notebook)).toEqual(["first = 1", "second = 20"]);
    expect(worked.notes).toEqual(["Cell 2 was removed on one side and changed on the other: it was kept."]);
    const ran = mergeNotebooks({ base, ours: removed, theirs: of(code("first = 1", "a"), code("second = 2", "b", "new")) });
    expect(sources(ran.notebook)).toEqual(["first = 1"]);
  });

  it("moves a cell and takes the other side's change to it", () => {
    const base = of(code("import numpy as np", "a"), code("data = np.ones(3)", "b"), code("print(data)", "c"));
    const ours = of(code("import numpy as np", "a"), code("print(data)", "c"), code("data = np.ones(3)", "b"));
    const theirs = of(code("import numpy as np", "a"), code("data = np.zeros(3)", "b"), code("print(data)", "c"), code("more = 1", "d"));
    const merged = sources(mergeNotebooks({ base, ours, theirs }).notebook);
    expect(merged).toHaveLength(4);
    expect(merged).toContain("data = np.zeros(3)");
    expect(merged.indexOf("data = np.zeros(3)")).toBeGreaterThan(merged.indexOf("print(data)"));
  });

  it("merges metadata key by key and tags as a set", () => {
    const tagged = (tags: readonly string[], more: object = {}): Notebook => of({ ...code("x = 1", "a"), metadata: { tags: [...tags], ...more } } as Cell);
    const { notebook: merged } = mergeNotebooks({
      base: tagged(["a", "b"]),
      ours: tagged(["a", "b", "c"], { one: 1 }),
      theirs: tagged(["b", "d"], { two: 2 }),
    });
    const { tags, ...rest } = (merged.cells[0]?.metadata ?? {}) as { tags: string[] };
    expect(tags.toSorted()).toEqual(["b", "c", "d"]);
    expect(rest).toEqual({ one: 1, two: 2 });
  });

  it("knows what it calls valid", () => {
    expect(nbformatProblems(of(code("a", "x"), code("b", "x")))).toHaveLength(1);
    expect(nbformatProblems(of(code("a", "not an id")))).toHaveLength(1);
    expect(nbformatProblems(of(code("a", "x")))).toEqual([]);
  });
});
