import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Notebook } from "#lib/notebook/nbformat.ts";
import { compileWorksheet } from "./compile.ts";
import { markParameters } from "./mark-parameters.ts";
import { pythonProgram, rProgram, withChoice } from "./marking-testing.ts";
import { suggestParameters } from "./suggest-parameters.ts";
import { notebookOf } from "./testing.ts";

const sources = (notebook: Notebook) => notebook.cells.map((cell) => cell.source);
const names = (notebook: Notebook) => compileWorksheet(notebook, { path: "" }).worksheet?.parameters.map((parameter) => parameter.name) ?? null;
const marked = (notebook: Notebook, specs: Parameters<typeof markParameters>[1]): Notebook => {
  const result = markParameters(notebook, specs);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};
const refusal = (notebook: Notebook, specs: Parameters<typeof markParameters>[1]) => {
  const result = markParameters(notebook, specs);
  return result.ok ? "" : result.failure.message;
};

describe.each([
  ["Python", pythonProgram],
  ["R", rProgram],
])("marking parameters in %s", (_, programs) => {
  it("shows exactly the chosen ones, or says why it cannot", () => {
    let done = 0;
    fc.assert(
      fc.property(withChoice(programs), ({ notebook, specs }) => {
        const result = markParameters(notebook, specs);
        if (!result.ok) {
          expect(result.failure.message.length).toBeGreaterThan(20);
          return;
        }
        const shown = names(result.value);
        if (shown === null) return;
        done++;
        expect(shown.toSorted()).toEqual(Object.keys(specs).toSorted());
      }),
      { numRuns: 2000 },
    );
    expect(done).toBeGreaterThan(1000);
  });

  it("keeps every line of code, adds none, and leaves cells that held nothing chosen as they were", () => {
    const lines = (notebook: Notebook) =>
      sources(notebook)
        .flatMap((source) => source.split("\n"))
        .filter((line) => line.trim() !== "")
        .toSorted();
    fc.assert(
      fc.property(withChoice(programs), ({ notebook, suggestions, specs }) => {
        const result = markParameters(notebook, specs);
        if (!result.ok) return;
        expect(lines(result.value)).toEqual(lines(notebook));
        const touched = new Set(suggestions.filter((one) => Object.hasOwn(specs, one.name)).map((one) => `c${one.cell}`));
        for (const cell of notebook.cells) {
          if (cell.id === undefined || touched.has(cell.id)) continue;
          const now = result.value.cells.find((other) => other.id === cell.id);
          // The present parameters cell may take in what was chosen elsewhere.
          if (cell.metadata.tags === undefined) expect(now).toEqual(cell);
          else expect(now?.source.startsWith(cell.source.replace(/\n+$/, ""))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("changes nothing when done again, and leaves no parameter when all are unmarked", () => {
    fc.assert(
      fc.property(withChoice(programs), ({ notebook, specs }) => {
        const result = markParameters(notebook, specs);
        if (!result.ok) return;
        expect(marked(result.value, specs)).toEqual(result.value);
        const bare = marked(result.value, {});
        expect(names(bare) ?? []).toEqual([]);
        expect(sources(bare)).toEqual(sources(result.value));
        expect(JSON.stringify(bare)).not.toMatch(/"sheaf"|"parameters"/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("marking parameters", () => {
  it("tags a cell that holds only constants where it is; what is not chosen there is fixed", () => {
    const notebook = notebookOf(["import numpy", "n = 5  # How many\nrate = 0.5\n# end", "print(n * rate)"]);
    const result = marked(notebook, { n: { min: 1, max: 9, slider: true } });
    expect(sources(result)).toEqual(sources(notebook));
    expect(result.cells[1]?.metadata).toEqual({ tags: ["parameters"], sheaf: { parameters: { rate: { fixed: true }, n: { min: 1, max: 9, slider: true } } } });
    expect(compileWorksheet(result, { path: "" }).worksheet?.parameters).toMatchObject([{ name: "n", type: "integer", min: 1, max: 9, help: "How many" }]);
  });

  it("moves chosen lines with their comments before the first of them, and past nothing that uses them", () => {
    const notebook = notebookOf([
      "import numpy as np",
      "data = np.ones(3)\n# How fast it grows,\n# per year\nrate = 0.5  # a share\nprint(data * rate)",
      { markdown: "Words" },
      "years = 30\nprint(years)",
    ]);
    expect(sources(marked(notebook, { rate: {}, years: {} }))).toEqual([
      "import numpy as np",
      "# How fast it grows,\n# per year\nrate = 0.5  # a share\nyears = 30",
      "data = np.ones(3)\nprint(data * rate)",
      "Words",
      "print(years)",
    ]);
  });

  it("takes lines into the parameters cell that is there, and drops one that is emptied by it", () => {
    const notebook = notebookOf([{ code: "n = 5", tags: ["parameters"] }, "print(n)", "rate = 0.5", "print(rate)"]);
    expect(sources(marked(notebook, { n: {}, rate: {} }))).toEqual(["n = 5\nrate = 0.5", "print(n)", "print(rate)"]);
  });

  it("marks another cell instead, when nothing of the former one is chosen any more", () => {
    const notebook = notebookOf([{ code: "n = 5", tags: ["parameters", "mine"] }, "print(n)", "rate = 0.5"]);
    const result = marked(notebook, { rate: {} });
    expect(result.cells.map((cell) => cell.metadata.tags)).toEqual([["mine"], undefined, ["parameters"]]);
  });

  it("refuses what would change a value, and says why", () => {
    expect(refusal(notebookOf(["for n in range(3):\n    pass\nn = 5\nprint(n)"]), { n: {} })).toContain("is used before it is set in cell 1");
    expect(refusal(notebookOf(["import math\nlimit = math.inf\nprint(limit)"]), { limit: {} })).toContain("needs math");
    expect(refusal(notebookOf(["a = 1; b = 2\nprint(a)"]), { a: {} })).toContain("shares its line");
    expect(refusal(notebookOf(["x = compute()"]), { x: {} })).toContain("is no constant");
    expect(refusal(notebookOf(["x = 5 #@param"]), { x: {} })).toContain("#@param");
    expect(refusal(notebookOf(["n = 5"]), { n: { min: 10 } })).toContain("does not fit");
  });
});

describe("suggested parameters", () => {
  it("are constants at the top level, with what there is to know of them", () => {
    const notebook = notebookOf([
      { code: "n = 5  # How many", tags: ["parameters"] },
      "import os\nrate = 0.5\nfor i in range(n):\n    inner = 3\nx = n * 2\nrate += 1",
      "API_TOKEN = 'abc'\nnames = ['a', 'b']\n_private = 1",
    ]);
    expect(
      suggestParameters(notebook).map(({ name, cell, line, literal, type, marked: isMarked, caution }) => [name, cell, line, literal, type, isMarked, caution]),
    ).toEqual([
      ["n", 0, 1, "5", "integer", true, null],
      ["rate", 1, 2, "0.5", "number", false, "is assigned again in cell 2"],
      ["API_TOKEN", 2, 1, "'abc'", "string", false, "looks like a secret, which everybody would see"],
      ["names", 2, 2, "['a', 'b']", "choices", false, "is a list: its choices have to be said"],
    ]);
    expect(suggestParameters(notebook)[0]?.comment).toBe("How many");
  });

  it("are none for what is neither Python nor R, and never throw", () => {
    expect(suggestParameters({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] })).toEqual([]);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("x", " = ", "1", "\n", "(", '"', "%%", "#", "`", "    ", "f'{x}'") }),
        (source) => void suggestParameters(notebookOf([source, "x = 1"])),
      ),
    );
  });
});
