import type { RunId } from "#lib/domain/ids.ts";
import type { CellResult, RunEvent } from "#lib/domain/run.ts";
import { isFinal } from "#lib/domain/run.ts";
import type { NumberedRunEvent } from "#lib/domain/worksheet.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { RunHead } from "#server/ports/store.ts";
import { type Bell, createBell } from "./bell.ts";
import { findReadableRun } from "./find-readable-run.ts";
import { queuePlace } from "./queue-places.ts";
import { eventWithoutTraceback, mayReadTracebacks } from "./run-view.ts";

export type FollowRun = {
  readonly id: string;
  /** The number of the last event the reader has; 0 for none. */
  readonly after: number;
  readonly signal: AbortSignal;
};

/** A notification can be lost with its connection; this is how late a reader then learns of an event. */
const pollMs = 3000;
/** While a run waits, its place in the queue changes without any event of its own. */
const positionMs = 1000;
const batch = 500;

/** Everything the run says from there on, until its final state. A reader that comes back says the last number and misses nothing. */
export async function followRun(ctx: Context, input: FollowRun): Promise<Result<AsyncIterable<NumberedRunEvent>>> {
  const found = await findReadableRun(ctx, input.id);
  if (!found.ok) return found;
  const events = follow(ctx, found.value.run, input);
  return ok((await mayReadTracebacks(ctx, found.value.run)) ? events : hideTracebacks(events));
}

async function* follow(ctx: Context, run: RunHead, { after, signal }: FollowRun): AsyncGenerator<NumberedRunEvent> {
  const bell = createBell(signal);
  const listener = isFinal(run.state) ? null : await ctx.store.listen("run_event", (id) => id === run.id && bell.ring(), bell.ring);
  let last = after;
  let position = -1;
  try {
    while (!signal.aborted) {
      const rows = await ctx.store.listRunEvents(run.id, last, batch);
      for (const row of rows) {
        last = row.seq;
        yield row;
        if (row.event.type === "state" && isFinal(row.event.state)) return;
      }
      if (rows.length === batch) continue;
      const now = await ctx.store.findRun(run.id);
      // Looked for once more: the last events may have come between the two questions.
      if (!now || (isFinal(now.state) && (await ctx.store.listRunEvents(run.id, last, 1)).length === 0)) {
        if (now) yield* sumOf(now, last, await ctx.store.listRunCells(now.id));
        return;
      }
      if (now.state === "queued") {
        const before = await queuePlace(ctx.store, run.id);
        // Numbered like the event before it: a reader that comes back asks from there.
        if (before !== null && before !== position) yield { seq: last, event: { type: "state", state: "queued", at: ctx.now().getTime(), position: before } };
        position = before ?? position;
      }
      if (now.state === "queued") await waitInQueue(ctx, run.id, position, bell, signal);
      else if (!isFinal(now.state)) await bell.wait(pollMs);
    }
  } finally {
    await listener?.close();
  }
}

/** Until somebody rings, what waits has nothing to say but its place, and that is asked for all at once. */
async function waitInQueue(ctx: Context, id: RunId, position: number, bell: Bell, signal: AbortSignal): Promise<void> {
  const until = performance.now() + pollMs;
  while (!signal.aborted && performance.now() < until) {
    if ((await bell.wait(positionMs)) || (await queuePlace(ctx.store, id)) !== position) return;
  }
}

/** A final run whose events were swept, or that never had any, told by its cells: what a reader had of them is replaced. */
function* sumOf(run: RunHead, after: number, cells: readonly CellResult[]): Generator<NumberedRunEvent> {
  const number = (event: RunEvent): NumberedRunEvent => ({ seq: run.lastEvent, event });
  for (const cell of after >= run.lastEvent && after > 0 ? [] : cells) {
    yield number({ type: "clear", index: cell.index });
    for (const output of cell.outputs) yield number({ type: "output", index: cell.index, output });
    const failed = run.error?.cell === cell.index;
    yield number({
      type: "cell",
      index: cell.index,
      state: failed ? "failed" : "done",
      ...(cell.executionCount === null ? {} : { executionCount: cell.executionCount }),
      ...(cell.durationMs === null ? {} : { durationMs: cell.durationMs }),
    });
  }
  const at = (run.finishedAt ?? run.queuedAt).getTime();
  yield number({ type: "state", state: run.state, at, ...(run.error ? { error: run.error } : {}) });
}

async function* hideTracebacks(events: AsyncIterable<NumberedRunEvent>): AsyncGenerator<NumberedRunEvent> {
  for await (const { seq, event } of events) yield { seq, event: eventWithoutTraceback(event) };
}
