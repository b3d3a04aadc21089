import type { RunEvent } from "#lib/domain/run.ts";
import type { MimeBundle, Output } from "#lib/notebook/nbformat.ts";

/** A message of the kernel's iopub channel, parsed; its parent is the execution of the cell it is passed with. */
export type OutputMessage = {
  readonly msg_type: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

export type Collector = {
  /** The events that a message of the executing cell gives, in order; none for what is no output. */
  readonly message: (index: number, message: OutputMessage) => RunEvent[];
  /** Whether the limit was passed: from then on only the marker was given. */
  readonly passed: boolean;
  /** What was used of the limit. */
  readonly bytes: number;
};

/**
 * What an event costs besides its own bytes: a row, its JSON, an object in every reader. Text that goes on in the
 * same stream becomes one with what was before it, and costs less; without any price, single characters would be free.
 */
export const eventBytes = 200;
const pieceBytes = 32;

/** Events of one run, text that goes on not counted: more than this is nothing that anybody reads. */
export const maxEvents = 50_000;

/** Mime type of the marker that stands where outputs were cut; its data is `{ limitBytes }`. */
export const cutMarkerType = "application/vnd.sheaf.output-limit+json";

type Place = { readonly index: number; readonly position: number };
type State = {
  readonly limitBytes: number;
  bytes: number;
  events: number;
  passed: boolean;
  /** Cells whose outputs are cleared by their next output: clear_output(wait=True). */
  readonly waiting: Set<number>;
  /** Number of outputs a cell has, counted as folding does: a stream that continues adds none. */
  readonly counts: Map<number, { outputs: number; lastStream: string | null }>;
  /** Display id → where it stands, for update_display_data from any later cell. */
  readonly displays: Map<string, Place[]>;
};

/** Displays that can still be updated; a kernel that makes more of them is not served for ever. */
const maxDisplays = 10_000;

const encoder = new TextEncoder();

/** Turns kernel messages into run events, and stops at a number of bytes or events with one clear marker. */
export function createCollector(options: { readonly limitBytes: number }): Collector {
  const state: State = { limitBytes: options.limitBytes, bytes: 0, events: 0, passed: false, waiting: new Set(), counts: new Map(), displays: new Map() };
  return {
    message: (index, message) => (state.passed ? [] : collect(state, index, message)),
    get passed() {
      return state.passed;
    },
    get bytes() {
      return state.bytes;
    },
  };
}

function collect(state: State, index: number, message: OutputMessage): RunEvent[] {
  if (message.msg_type === "clear_output") return message.content.wait === true ? wait(state, index) : clearNow(state, index);
  const output = outputOf(message);
  if (!output) return [];
  const transient = message.content.transient;
  const displayId = typeof transient === "object" && transient !== null && "display_id" in transient ? transient.display_id : undefined;
  const isUpdate = message.msg_type === "update_display_data";
  const places = isUpdate && typeof displayId === "string" ? (state.displays.get(displayId) ?? []) : [];
  const room = state.limitBytes - state.bytes;
  // An update is stored once for every place it stands in.
  if (!pay(state, priceOf(state, index, output, places.length))) return cut(state, index, output, room - eventBytes);
  if (isUpdate) return places.map((place) => ({ type: "replace", index: place.index, position: place.position, output }));
  const events = add(state, index, output);
  if (typeof displayId === "string" && state.displays.size < maxDisplays) {
    const position = (state.counts.get(index)?.outputs ?? 1) - 1;
    state.displays.set(displayId, [...(state.displays.get(displayId) ?? []).slice(-100), { index, position }]);
  }
  return events;
}

type Price = { readonly events: number; readonly bytes: number };

function priceOf(state: State, index: number, output: Output, places: number): Price {
  const bytes = bytesOf(output);
  const isWaiting = state.waiting.has(index) && state.counts.has(index);
  if (!isWaiting && output.output_type === "stream" && state.counts.get(index)?.lastStream === output.name) return { events: 0, bytes: bytes + pieceBytes };
  const events = Math.max(1, places);
  return { events: events + (isWaiting ? 1 : 0), bytes: events * (bytes + eventBytes) + (isWaiting ? eventBytes : 0) };
}

/** False where the limit is passed with it. */
function pay(state: State, price: Price): boolean {
  state.bytes += price.bytes;
  state.events += price.events;
  return state.bytes <= state.limitBytes && state.events <= maxEvents;
}

/** Of a stream the beginning is kept, as far as there is room; a picture cut in half is none. */
function cut(state: State, index: number, output: Output, room: number): RunEvent[] {
  state.passed = true;
  const marker = cutMarker(state.limitBytes);
  if (output.output_type !== "stream" || room <= 0 || state.events > maxEvents) return add(state, index, marker);
  const text = new TextDecoder().decode(encoder.encode(output.text).subarray(0, room)).replace(/\uFFFD+$/, "");
  return text === "" ? add(state, index, marker) : [...add(state, index, { ...output, text }), ...add(state, index, marker)];
}

function clearNow(state: State, index: number): RunEvent[] {
  if (state.counts.has(index) && !pay(state, { events: 1, bytes: eventBytes })) {
    state.passed = true;
    return add(state, index, cutMarker(state.limitBytes));
  }
  return clear(state, index);
}

function wait(state: State, index: number): RunEvent[] {
  state.waiting.add(index);
  return [];
}

function clear(state: State, index: number): RunEvent[] {
  state.waiting.delete(index);
  if (!state.counts.has(index)) return [];
  state.counts.delete(index);
  for (const [id, places] of state.displays) {
    const left = places.filter((place) => place.index !== index);
    if (left.length === 0) state.displays.delete(id);
    else if (left.length < places.length) state.displays.set(id, left);
  }
  return [{ type: "clear", index }];
}

function add(state: State, index: number, output: Output): RunEvent[] {
  const events = state.waiting.has(index) ? clear(state, index) : [];
  const count = state.counts.get(index) ?? { outputs: 0, lastStream: null };
  const stream = output.output_type === "stream" ? output.name : null;
  if (stream === null || stream !== count.lastStream) count.outputs++;
  count.lastStream = stream;
  state.counts.set(index, count);
  events.push({ type: "output", index, output });
  return events;
}

function outputOf({ msg_type, content }: OutputMessage): Output | null {
  switch (msg_type) {
    case "stream": {
      const text = textOf(content.text);
      return text === "" ? null : { output_type: "stream", name: content.name === "stderr" ? "stderr" : "stdout", text };
    }
    case "display_data":
    case "update_display_data":
      return { output_type: "display_data", data: bundleOf(content.data), metadata: recordOf(content.metadata) };
    case "execute_result": {
      const count = content.execution_count;
      return {
        output_type: "execute_result",
        data: bundleOf(content.data),
        metadata: recordOf(content.metadata),
        execution_count: typeof count === "number" ? count : null,
      };
    }
    case "error": {
      const traceback = content.traceback;
      return {
        output_type: "error",
        ename: textOf(content.ename),
        evalue: textOf(content.evalue),
        traceback: Array.isArray(traceback) ? traceback.map(textOf) : [],
      };
    }
    default:
      return null;
  }
}

/** NUL and halves of characters can be stored by no database as JSON text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value.toWellFormed().replaceAll("\0", "\uFFFD") : "";
}

function bundleOf(value: unknown): MimeBundle {
  return Object.fromEntries(
    Object.entries(recordOf(value)).map(([type, data]) => [type, Array.isArray(data) && !/[/+]json$/.test(type) ? data.map(textOf).join("") : data]),
  );
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (cleaned(value, 0) as Record<string, unknown>) : {};
}

/** The same for all texts inside JSON data; what is nested deeper than any figure is left out. */
function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === "string") return textOf(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > 200) return null;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [textOf(key), cleaned(item, depth + 1)]));
}

function bytesOf(output: Output): number {
  return encoder.encode(output.output_type === "stream" ? output.text : JSON.stringify(output)).length;
}

function cutMarker(limitBytes: number): Output {
  const limit = limitBytes >= 1024 * 1024 ? `${Math.round(limitBytes / 1024 / 1024)} MB` : `${limitBytes} bytes`;
  return {
    output_type: "display_data",
    data: { [cutMarkerType]: { limitBytes }, "text/plain": `Output stopped here: this run wrote more than ${limit}, or more than ${maxEvents} pieces.` },
    metadata: {},
  };
}
