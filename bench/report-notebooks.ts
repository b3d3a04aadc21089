import { readFile } from "node:fs/promises";
import path from "node:path";

import { diffNotebooks } from "#lib/notebook/diff-notebooks.ts";
import { mergeNotebooks } from "#lib/notebook/merge-notebooks.ts";
import type { Cell, Notebook } from "#lib/notebook/nbformat.ts";
import { parseNotebook } from "#lib/notebook/parse-notebook.ts";
import { presentNotebook } from "#lib/notebook/present-notebook.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { routes } from "#lib/routes.ts";
import { findPeer } from "./peer.ts";
import { against } from "./report.ts";
import type { Bench } from "./run.ts";
import { median, milliseconds, table, times } from "./statistics.ts";

type Shown = { readonly project: { readonly slug: string }; readonly notebookPath: string };

const turns = 5;
const peerTurns = 3;

/** (a) A notebook's page against the peer's, and (b) difference and merge of a large notebook. */
export async function reportNotebooks({ visitor, report }: Bench): Promise<void> {
  const peer = await findPeer();
  const { items } = await visitor.worksheets("?limit=50");
  const first: number[] = [];
  const again: number[] = [];
  const theirs: number[] = [];
  for (const [turn, { slug }] of items.entries()) {
    const { project, notebookPath } = await visitor.json<Shown>("GET", `/api/v1/worksheets/${slug}`);
    const address = routes.projectFiles(project.slug, notebookPath);
    first.push(await timePage(visitor, address));
    again.push(await timePage(visitor, address));
    const file = path.resolve("library", path.basename(notebookPath, ".ipynb"), path.basename(notebookPath));
    if (peer && turn < peerTurns) theirs.push(await peer.toHtml(await readFile(file, "utf8")));
  }
  const large = manyFigures(200, 25_000);
  const text = printNotebook(large);
  const presented = await timesOf(() => presentNotebook(parsed(text)));
  const peerLarge = peer ? [await peer.toHtml(text)] : [];
  const row = (what: string, own: number, other: readonly number[]) => [
    what,
    milliseconds(own),
    peer ? `${milliseconds(median(other))} (${times(median(other) / own)} longer)` : "not installed",
  ];
  report.add(
    "A notebook to be read",
    `Whole pages over HTTP as a visitor: each worksheet's notebook for the first time (median of ${items.length}), and once more. Prepared: reading and presenting ${megabytesOf(text)} with 200 figures, without its page. Peer: ${peer?.name ?? "none found"} as \`--to html\`, from the start of the program to its end.`,
    table(
      ["what", "Sheaf", "peer"],
      [
        row("page of a notebook, first time", median(first), theirs),
        row("page of a notebook, again", median(again), theirs),
        row(`${megabytesOf(text)}, prepared`, median(presented), peerLarge),
      ],
    ),
    peer ? `- ${against("20 times faster than the peer, first time", median(theirs) / median(first) >= 20)}` : "- no peer to measure against",
  );
  await reportDifferences(report);
}

async function reportDifferences(report: Bench["report"]): Promise<void> {
  const before = manyCells(2000);
  const after = worked(before);
  const bare = (notebook: Notebook): Notebook => ({ ...notebook, nbformat_minor: 4, cells: notebook.cells.map(({ id: _id, ...cell }) => cell as Cell) });
  const byIds = median(await timesOf(() => diffNotebooks(before, after)));
  const [bareBefore, bareAfter] = [bare(before), bare(after)];
  const byContent = median(await timesOf(() => diffNotebooks(bareBefore, bareAfter)));
  const merged = median(await timesOf(() => mergeNotebooks({ base: before, ours: after, theirs: { ...before, cells: before.cells.slice(5) } })));
  report.add(
    "Difference and merge of a notebook",
    `${megabytesOf(printNotebook(before))}, 2,000 cells; of them 200 changed, 20 moved, 3 removed. Median of ${turns}, nothing but the computation.`,
    table(
      ["what", "time"],
      [
        ["difference, by ids", milliseconds(byIds)],
        ["difference, without ids", milliseconds(byContent)],
        ["merge of two sides", milliseconds(merged)],
      ],
    ),
    `- ${against("difference under 100 ms", Math.max(byIds, byContent) < 100)}`,
  );
}

async function timePage(client: Bench["visitor"], address: string): Promise<number> {
  const began = performance.now();
  const { status, text } = await client.send("GET", address);
  const took = performance.now() - began;
  if (status !== 200 || !text.includes("notebook-cells")) throw new Error(`${address} answered with ${status}, which is no notebook's page.`);
  return took;
}

async function timesOf(what: () => unknown): Promise<number[]> {
  const taken: number[] = [];
  for (let turn = 0; turn <= turns; turn++) {
    const began = performance.now();
    what();
    taken.push(performance.now() - began);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The first one is the compiler's.
  return taken.slice(1);
}

function parsed(text: string): Notebook {
  const notebook = parseNotebook(text);
  if (!notebook.ok) throw new Error(notebook.failure.message);
  return notebook.value;
}

function manyFigures(count: number, characters: number): Notebook {
  const cells = manyCells(count).cells.map(
    (cell, index): Cell =>
      cell.cell_type === "code"
        ? {
            ...cell,
            outputs: [
              {
                output_type: "display_data",
                data: { "image/png": `${"iVBORw0KGgo".repeat(characters / 11)}${index % 10}`, "text/plain": "<Figure>" },
                metadata: {},
              },
            ],
          }
        : cell,
  );
  return { ...manyCells(0), cells };
}

function manyCells(count: number): Notebook {
  const words = "alpha beta rate plot mean data fit numpy return growth".split(" ");
  let state = 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % below;
  };
  const line = () => `${Array.from({ length: 8 }, () => words[next(words.length)]).join(" ")} ${next(100_000)}`;
  const cells = Array.from(
    { length: count },
    (_, index): Cell => ({
      cell_type: "code",
      id: `cell${index}x${next(100_000)}`,
      metadata: {},
      source: Array.from({ length: 8 }, line).join("\n"),
      outputs: [{ output_type: "display_data", data: { "image/png": "A".repeat(1800) + index }, metadata: {} }],
      execution_count: index,
    }),
  );
  return { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } }, cells };
}

function worked(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell, index) => (index % 10 === 0 ? { ...cell, source: `${cell.source}\nx = ${index}` } : cell));
  cells.splice(500, 3);
  cells.push(...cells.splice(100, 20));
  return { ...notebook, cells };
}

function megabytesOf(text: string): string {
  return `${(text.length / 1e6).toFixed(1)} MB`;
}
