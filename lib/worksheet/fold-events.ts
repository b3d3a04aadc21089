import type { CellResult, RunEvent } from "#lib/domain/run.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import type { StreamText } from "./stream-text.ts";
import { appendStream } from "./stream-text.ts";

type Draft = { outputs: Output[]; executionCount: number | null; durationMs: number | null };

/** How a stream output was split when it was made, so that the next piece costs no reading of all before it. */
const streams = new WeakMap<Output, StreamText>();

/** The cells after one more event; the same array when it changes none of them. */
export function applyEvent(cells: readonly CellResult[], event: RunEvent): readonly CellResult[] {
  return foldEvents(cells, [event]);
}

/**
 * The cells after all these events, in the notebook's order. Streams of the same name in a row are one output.
 * "running" makes a cell known and keeps what it has: only "clear" takes outputs away.
 */
export function foldEvents(cells: readonly CellResult[], events: Iterable<RunEvent>): readonly CellResult[] {
  const folding = createFolding(cells);
  for (const event of events) folding.add(event);
  return folding.cells();
}

export type Folding = { add(event: RunEvent): void; cells(): readonly CellResult[] };

/** Folds event by event, without keeping them: what it holds is as large as the cells are, not as what led to them. */
export function createFolding(cells: readonly CellResult[] = []): Folding {
  const former = new Map(cells.map((cell) => [cell.index, cell]));
  const drafts = new Map<number, Draft>();
  return {
    add(event) {
      if (event.type === "state") return;
      let draft = drafts.get(event.index);
      if (!draft) {
        const cell = former.get(event.index);
        draft = { outputs: [...(cell?.outputs ?? [])], executionCount: cell?.executionCount ?? null, durationMs: cell?.durationMs ?? null };
        drafts.set(event.index, draft);
      }
      applyToCell(draft, event);
    },
    cells() {
      if (drafts.size === 0) return cells;
      const all = new Map(former);
      for (const [index, draft] of drafts) all.set(index, { index, ...draft, outputs: [...draft.outputs] });
      return [...all.values()].sort((a, b) => a.index - b.index);
    },
  };
}

function applyToCell(draft: Draft, event: Exclude<RunEvent, { type: "state" }>): void {
  switch (event.type) {
    case "cell":
      draft.executionCount = event.executionCount ?? draft.executionCount;
      draft.durationMs = event.durationMs ?? draft.durationMs;
      return;
    case "output":
      addOutput(draft.outputs, event.output);
      return;
    case "replace":
      if (event.position >= 0 && event.position < draft.outputs.length) draft.outputs[event.position] = event.output;
      return;
    case "clear":
      draft.outputs.length = 0;
      return;
  }
}

function addOutput(outputs: Output[], output: Output): void {
  if (output.output_type !== "stream") {
    outputs.push(output);
    return;
  }
  const last = outputs.at(-1);
  const continues = last?.output_type === "stream" && last.name === output.name;
  const before = continues ? (streams.get(last) ?? appendStream(null, last.text)) : null;
  const stream = appendStream(before, output.text);
  const merged: Output = { output_type: "stream", name: output.name, text: stream.settled + stream.last };
  streams.set(merged, stream);
  if (continues) outputs[outputs.length - 1] = merged;
  else outputs.push(merged);
}
