import fc from "fast-check";
import type { Cell, Notebook, Output } from "./nbformat.ts";

/** Generators of notebooks and of what people do to them, shared by the tests of this folder. */
const word = fc.constantFrom("rate", "time", "plot", "data", "mean", "fit", "é𝄞", "0.5", "(x)", "# note");
const line = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(" "));
const source = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));

const output: fc.Arbitrary<Output> = fc.oneof(
  line.map((text): Output => ({ output_type: "stream", name: "stdout", text })),
  line.map((text): Output => ({ output_type: "display_data", data: { "text/plain": text, "image/png": "iVBORw0KGgo=" }, metadata: {} })),
  fc.nat(9).map((count): Output => ({ output_type: "execute_result", data: { "text/plain": `${count}` }, metadata: {}, execution_count: count })),
);

export const cell: fc.Arbitrary<Cell> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ source, outputs: fc.array(output, { maxLength: 2 }) }).map(codeCell) },
  source.map((text): Cell => ({ cell_type: "markdown", metadata: {}, source: text })),
  line.map((text): Cell => ({ cell_type: "raw", metadata: {}, source: text })),
);

function codeCell({ source, outputs }: { source: string; outputs: Output[] }): Cell {
  return { cell_type: "code", metadata: {}, source, outputs, execution_count: outputs.length > 0 ? 1 : null };
}

/** How a notebook names its cells: as Jupyter does, by their place, doubly, or not at all. */
export const naming = fc.constantFrom("random" as const, "place" as const, "double" as const, "none" as const);
export type Naming = typeof naming extends fc.Arbitrary<infer N> ? N : never;

export function named(cells: readonly Cell[], how: Naming): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: how === "none" ? 4 : 5,
    metadata: { kernelspec: { name: "python3", language: "python" } },
    cells: cells.map((one, index) => (how === "none" ? one : { ...one, id: idOf(index, how) })),
  };
}

function idOf(index: number, how: Naming): string {
  if (how === "place") return `cell-${index}`;
  if (how === "double") return `d${index >> 1}`;
  return `r${(index * 7919 + 13) % 100_003}`;
}

export type Edit =
  | { readonly what: "add"; readonly at: number; readonly cell: Cell; readonly id: string }
  | { readonly what: "remove"; readonly at: number }
  | { readonly what: "append" | "prepend" | "replace"; readonly at: number; readonly text: string }
  | { readonly what: "move"; readonly at: number; readonly to: number }
  | { readonly what: "run"; readonly at: number; readonly outputs: readonly Output[] }
  | { readonly what: "tag"; readonly at: number; readonly tag: string }
  | { readonly what: "retype"; readonly at: number };

/** `mark` is in everything that this side writes, so that a test can look for it. */
export function edits(mark: string, most = 5): fc.Arbitrary<readonly Edit[]> {
  const at = fc.nat(30);
  const text = fc.nat(9999).map((number) => `${mark}${number} = 1`);
  return fc.array(
    fc.oneof(
      fc
        .record({ what: fc.constant("add" as const), at, cell, id: fc.nat(99_999).map((number) => `${mark}${number}`) })
        .chain((edit) => text.map((own) => ({ ...edit, cell: { ...edit.cell, source: own } }))),
      fc.record({ what: fc.constant("remove" as const), at }),
      fc.record({ what: fc.constantFrom("append" as const, "prepend" as const, "replace" as const), at, text }),
      fc.record({ what: fc.constant("move" as const), at, to: at }),
      fc.record({ what: fc.constant("run" as const), at, outputs: fc.array(output, { maxLength: 2 }) }),
      fc.record({ what: fc.constant("tag" as const), at, tag: text }),
      fc.record({ what: fc.constant("retype" as const), at }),
    ),
    { maxLength: most },
  );
}

export function edit(notebook: Notebook, edits: readonly Edit[], how: Naming): Notebook {
  const cells = [...notebook.cells];
  for (const one of edits) apply(cells, one, how);
  // Programs that number cells by their place do so again at every save.
  return how === "place" ? { ...notebook, cells: cells.map((each, index) => ({ ...each, id: `cell-${index}` })) } : { ...notebook, cells };
}

function apply(cells: Cell[], edit: Edit, how: Naming): void {
  if (edit.what === "add") {
    // Nobody's program gives two cells one id, however small the numbers are that a generator likes.
    let { id } = edit;
    while (cells.some((one) => one.id === id)) id += "x";
    cells.splice(edit.at % (cells.length + 1), 0, how === "none" ? edit.cell : { ...edit.cell, id });
    return;
  }
  const at = cells.length > 0 ? edit.at % cells.length : 0;
  const cell = cells[at];
  if (!cell) return;
  switch (edit.what) {
    case "remove":
      cells.splice(at, 1);
      break;
    case "move":
      cells.splice(at, 1);
      cells.splice(edit.to % (cells.length + 1), 0, cell);
      break;
    case "append":
      cells[at] = { ...cell, source: `${cell.source}\n${edit.text}` };
      break;
    case "prepend":
      cells[at] = { ...cell, source: `${edit.text}\n${cell.source}` };
      break;
    case "replace":
      cells[at] = { ...cell, source: edit.text };
      break;
    case "run":
      if (cell.cell_type === "code") cells[at] = { ...cell, outputs: [...edit.outputs], execution_count: 7 };
      break;
    case "tag":
      cells[at] = { ...cell, metadata: { ...cell.metadata, [edit.tag]: true } };
      break;
    case "retype": {
      const { cell_type: _type, ...rest } = cell;
      const common = { ...(rest.id === undefined ? {} : { id: rest.id }), metadata: rest.metadata, source: rest.source };
      cells[at] = cell.cell_type === "code" ? { cell_type: "markdown", ...common } : { cell_type: "code", ...common, outputs: [], execution_count: null };
    }
  }
}

export const notebook: fc.Arbitrary<Notebook> = fc.tuple(fc.array(cell, { maxLength: 9 }), naming).map(([cells, how]) => named(cells, how));

/** A notebook and what two people made of it apart from each other. */
export const threeSides = naming.chain((how) =>
  fc.tuple(fc.array(cell, { maxLength: 9 }), edits("ours"), edits("theirs")).map(([cells, mine, others]) => {
    const base = named(cells, how);
    return { base, ours: edit(base, mine, how), theirs: edit(base, others, how), how };
  }),
);

/** What nbformat's own schema of 4.5 (4.4 for lower minors) forbids and our types allow. */
export function nbformatProblems(notebook: Notebook): readonly string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const [index, one] of notebook.cells.entries()) {
    if (notebook.nbformat_minor < 5) {
      if (one.id !== undefined) problems.push(`cell ${index}: an id before 4.5`);
    } else if (one.id === undefined || !/^[a-zA-Z0-9-_]{1,64}$/.test(one.id)) problems.push(`cell ${index}: no id, or a wrong one`);
    else if (ids.has(one.id)) problems.push(`cell ${index}: an id twice`);
    if (one.id !== undefined) ids.add(one.id);
    const allowed = one.cell_type === "code" ? ["execution_count", "outputs"] : ["attachments"];
    const unknown = Object.keys(one).filter((key) => !["id", "cell_type", "metadata", "source", ...allowed].includes(key));
    if (unknown.length > 0) problems.push(`cell ${index}: ${unknown.join()}`);
    if (one.cell_type === "code" && (one.outputs === undefined || one.execution_count === undefined)) problems.push(`cell ${index}: no outputs`);
  }
  return problems;
}
