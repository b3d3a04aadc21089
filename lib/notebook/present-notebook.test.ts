import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cell, Notebook, Output } from "./nbformat.ts";
import { presentNotebook, readApart } from "./present-notebook.ts";
import { printNotebook } from "./print-notebook.ts";
import { notebook } from "./testing.ts";

const code = (...outputs: Output[]): Cell => ({ cell_type: "code", metadata: {}, source: "x", outputs, execution_count: 1 });
const markdown = (source: string, attachments?: Record<string, Record<string, unknown>>): Cell => ({
  cell_type: "markdown",
  metadata: {},
  source,
  ...(attachments ? { attachments } : {}),
});
const shown = (data: Record<string, unknown>): Output => ({ output_type: "display_data", data, metadata: {} });
const of = (...cells: readonly Cell[]): Notebook => ({ nbformat: 4, nbformat_minor: 4, metadata: { language_info: { name: "python" } }, cells: [...cells] });
const base64 = "iVBORw0KGgo=".repeat(1).padStart(12, "A");
const large = Buffer.alloc(60_000, 1).toString("base64");

describe("a notebook, presented", () => {
  it("has every cell, and what it leaves apart is read back from the text alone", () => {
    const heavy = fc.constantFrom(
      shown({ "image/png": large }),
      shown({ "image/svg+xml": `<svg>${" ".repeat(9000)}</svg>` }),
      shown({ "text/html": `<script>${"x".repeat(40_000)}</script>` }),
      { output_type: "stream", name: "stdout", text: "line\n".repeat(9000) } as const,
      shown({ "application/json": { many: "y".repeat(40_000) } }),
    );
    fc.assert(
      fc.property(notebook, fc.array(fc.tuple(fc.nat(9), heavy), { maxLength: 5 }), (one, more) => {
        const cells = [...one.cells];
        for (const [at, output] of more) {
          const cell = cells[at % Math.max(1, cells.length)];
          if (cell?.cell_type === "code") cells[at % cells.length] = { ...cell, outputs: [...cell.outputs, output] };
        }
        const whole = { ...one, cells };
        const { notebook: prepared, apart } = presentNotebook(whole);
        expect(prepared.cells.map((cell) => cell.index)).toEqual(cells.map((_, index) => index));
        for (const { cell, position, content } of apart) expect(readApart(printNotebook(whole), cell, position)).toEqual(content);
      }),
      { numRuns: 200 },
    );
  });

  it("lists headings with their levels and formulas as written; a heading twice is reached by its cell", () => {
    const { notebook: prepared } = presentNotebook(of(markdown("# Growth of $x^2$ & *more*\n\ntext\n\n## Model"), code(), markdown("## Model")));
    expect(prepared.title).toBe("Growth of x^2 & more");
    expect(prepared.contents.map(({ level, title }) => [level, title])).toEqual([
      [1, "Growth of x^2 & more"],
      [2, "Model"],
      [2, "Model"],
    ]);
    expect(prepared.contents[2]?.anchor).toBe("cell-3");
  });

  it("sends of an output only what is shown", () => {
    const { notebook: prepared } = presentNotebook(
      of(code(shown({ "text/html": "<table><tr><td>1</td></tr></table>", "text/plain": "long".repeat(999), "application/x-own": "z" }))),
    );
    const cell = prepared.cells[0];
    const output = cell?.kind === "code" && cell.outputs[0]?.kind === "here" ? cell.outputs[0].output : null;
    expect(output).toEqual(shown({ "text/html": "<table><tr><td>1</td></tr></table>" }));
  });

  it("gives large pictures of the text an address, and leaves small ones in it", () => {
    const cell = markdown("![a](attachment:a.png) ![b](attachment:b.png)", { "a.png": { "image/png": large }, "b.png": { "image/png": base64 } });
    const { notebook: prepared, apart } = presentNotebook(of(code(), cell));
    expect(prepared.cells[1]?.kind === "markdown" && prepared.cells[1].html).toMatch(/src="sheaf-output:1\/0".*src="data:image\/png;base64,/);
    expect(apart).toEqual([{ cell: 1, position: 0, content: { mediaType: "image/png", base64: large } }]);
    expect(readApart(printNotebook(of(code(), cell)), 1, 0)).toEqual({ mediaType: "image/png", base64: large });
  });

  it("lets no notebook make such an address itself", () => {
    const { notebook: prepared } = presentNotebook(of(markdown('<img src="sheaf-output:0/0"> <a title=\'src="sheaf-output:0/0"\'>x</a>')));
    expect(prepared.cells[0]?.kind === "markdown" && prepared.cells[0].html).not.toContain('src="sheaf-output:');
  });

  it("fetches even modest outputs one by one where there are thousands", () => {
    const { notebook: prepared } = presentNotebook(
      of(...Array.from({ length: 200 }, () => code({ output_type: "stream", name: "stdout", text: "m".repeat(20_000) }))),
    );
    expect(JSON.stringify(prepared).length).toBeLessThan(2_000_000);
  });
});
