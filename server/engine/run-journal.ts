import type { RunEvent } from "#lib/domain/run.ts";
import { createFolding, type Folding } from "#lib/worksheet/fold-events.ts";

/**
 * A list of events in which pieces of one stream in a row are one event: a loop that prints a byte at a time makes
 * millions of messages, and the output limit counts bytes.
 */
export function appendEvent(events: RunEvent[], event: RunEvent): void {
  const last = events.at(-1);
  const joins =
    event.type === "output" &&
    last?.type === "output" &&
    event.index === last.index &&
    event.output.output_type === "stream" &&
    last.output.output_type === "stream" &&
    event.output.name === last.output.name;
  if (joins && event.output.output_type === "stream" && last.output.output_type === "stream") {
    events[events.length - 1] = { ...last, output: { ...last.output, text: last.output.text + event.output.text } };
  } else events.push(event);
}

/**
 * What a run showed in this attempt, which will be stored whatever became of the events in the database. It folds as
 * it goes: events that cover each other (a bar that is redrawn, a figure that is updated) leave nothing behind.
 */
export type RunJournal = Folding;

export function createRunJournal(): RunJournal {
  return createFolding();
}
