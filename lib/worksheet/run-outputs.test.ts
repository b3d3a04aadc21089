import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { CellResult, RunEvent } from "#lib/domain/run.ts";
import type { OutputMessage } from "./collect-outputs.ts";
import { createCollector, cutMarkerType, eventBytes, maxEvents } from "./collect-outputs.ts";
import { applyEvent, foldEvents } from "./fold-events.ts";
import { appendStream, showStream } from "./stream-text.ts";

// Thousands of generated cases, also on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

const stream = (text: string, name = "stdout"): OutputMessage => ({ msg_type: "stream", content: { name, text } });
const display = (text: string, id?: string): OutputMessage => ({
  msg_type: "display_data",
  content: { data: { "text/plain": text }, metadata: {}, transient: id === undefined ? {} : { display_id: id } },
});
const update = (text: string, id: string): OutputMessage => ({ ...display(text, id), msg_type: "update_display_data" });
const clear = (wait: boolean): OutputMessage => ({ msg_type: "clear_output", content: { wait } });

function run(messages: readonly (readonly [number, OutputMessage])[], limitBytes = 1e6): readonly CellResult[] {
  const collector = createCollector({ limitBytes });
  return foldEvents(
    [],
    messages.flatMap(([index, message]) => collector.message(index, message)),
  );
}
function textsOf(cells: readonly CellResult[]): readonly (readonly string[])[] {
  return cells.map((cell) =>
    cell.outputs.map((output) =>
      output.output_type === "stream" ? showStream(output.text) : "data" in output ? String(output.data["text/plain"]) : output.ename,
    ),
  );
}

describe("outputs", () => {
  it("join streams of the same name in a row", () => {
    expect(
      textsOf(
        run([
          [0, stream("a")],
          [0, stream("b")],
          [0, stream("c", "stderr")],
          [0, stream("d")],
          [2, stream("e")],
        ]),
      ),
    ).toEqual([["ab", "c", "d"], ["e"]]);
  });

  it("follow carriage returns and backspaces across pieces", () => {
    expect(
      textsOf(
        run([
          [0, stream("10%\r")],
          [0, stream("20")],
          [0, stream("%\r100%\ndone.\b!")],
        ]),
      ),
    ).toEqual([["100%\ndone!"]]);
    expect(
      textsOf(
        run([
          [0, stream("abc\r\ndef\r")],
          [0, stream("\nx")],
        ]),
      ),
    ).toEqual([["abc\ndef\nx"]]);
  });

  it("are replaced by updates of their display id, from later cells too", () => {
    expect(
      textsOf(
        run([
          [0, stream("s")],
          [0, display("a", "x")],
          [1, display("b", "x")],
          [1, update("new", "x")],
        ]),
      ),
    ).toEqual([["s", "new"], ["new"]]);
    expect(textsOf(run([[0, update("nobody", "y")]]))).toEqual([]);
  });

  it("are cleared at once or by the next output", () => {
    expect(
      textsOf(
        run([
          [0, display("a")],
          [0, clear(false)],
        ]),
      ),
    ).toEqual([[]]);
    expect(
      textsOf(
        run([
          [0, display("a")],
          [0, clear(true)],
        ]),
      ),
    ).toEqual([["a"]]);
    expect(
      textsOf(
        run([
          [0, display("a", "x")],
          [0, clear(true)],
          [0, display("b")],
          [0, update("gone", "x")],
        ]),
      ),
    ).toEqual([["b"]]);
  });

  it("stop at the limit with one marker, the beginning of the last stream kept", () => {
    const limitBytes = 1000;
    const collector = createCollector({ limitBytes });
    const first = "a".repeat(limitBytes - 2 * eventBytes - 3);
    const events = [
      ...collector.message(0, stream(first)),
      ...collector.message(0, stream("9éabcdef", "stderr")),
      ...collector.message(0, stream("more")),
      ...collector.message(1, display("more")),
    ];
    const cells = foldEvents([], events);
    expect(collector.passed).toBe(true);
    expect(cells).toHaveLength(1);
    expect(cells[0]?.outputs).toMatchObject([{ text: first }, { text: "9é" }, { data: { [cutMarkerType]: { limitBytes } } }]);
  });

  const tiny: [string, (turn: number) => OutputMessage][] = [
    ["streams in turn", (turn) => stream("x", turn % 2 === 0 ? "stdout" : "stderr")],
    ["text that is cleared again", (turn) => (turn % 2 === 0 ? stream("x") : clear(false))],
    ["text that replaces text", (turn) => (turn % 2 === 0 ? clear(true) : stream("x"))],
    ["updates of a display in many places", (turn) => (turn < 101 ? display("a", "d") : update("y".repeat(100), "d"))],
    ["pictures of nothing", () => display("")],
  ];
  it.each(tiny)("cost what they make others store, also as %s", (_, messageOf) => {
    const limitBytes = 1_000_000;
    const collector = createCollector({ limitBytes });
    const events: RunEvent[] = [];
    for (let turn = 0; turn < 100_000 && !collector.passed; turn++) events.push(...collector.message(0, messageOf(turn)));
    expect(collector.passed).toBe(true);
    expect(JSON.stringify(events).length).toBeLessThan(1.5 * limitBytes);
  });

  it("are no more than anybody reads, whatever the limit", () => {
    const collector = createCollector({ limitBytes: 1e9 });
    let events = 0;
    for (let turn = 0; turn < 2 * maxEvents; turn++) events += collector.message(0, stream("x", turn % 2 === 0 ? "stdout" : "stderr")).length;
    expect(events).toBe(maxEvents + 1);
    // Text that goes on is one output, in however many pieces it comes.
    const patient = createCollector({ limitBytes: 1e9 });
    for (let turn = 0; turn < 2 * maxEvents; turn++) patient.message(0, stream("a line\n"));
    expect(patient.passed).toBe(false);
  });

  it("hold neither NUL nor half characters, however deep", () => {
    const events = createCollector({ limitBytes: 1e6 }).message(0, {
      msg_type: "display_data",
      content: { data: { "application/json": { "a\0": ["\ud800", "\0"] } } },
    });
    expect(JSON.stringify(events)).not.toMatch(/\\u0000|\\ud800/);
    let deep: unknown = "x";
    for (let level = 0; level < 50_000; level++) deep = [deep];
    expect(createCollector({ limitBytes: 1e6 }).message(0, { msg_type: "display_data", content: { data: { "application/json": deep } } })).toHaveLength(1);
  });

  it("ignore what is no output", () => {
    for (const msg_type of ["status", "execute_input", "comm_open", "nonsense"])
      expect(createCollector({ limitBytes: 10 }).message(0, { msg_type, content: {} })).toEqual([]);
  });
});

const piece = fc.string({ unit: fc.constantFrom("a", "b", "é", "𝄞", "\n", "\r", "\b", " "), maxLength: 8 });
const message = fc.oneof(
  fc.tuple(piece, fc.constantFrom("stdout", "stderr")).map(([text, name]) => stream(text, name)),
  fc.tuple(piece, fc.constantFrom("x", "y", undefined)).map(([text, id]) => display(text, id)),
  fc.tuple(piece, fc.constantFrom("x", "y")).map(([text, id]) => update(text, id)),
  fc.boolean().map(clear),
  fc.constant<OutputMessage>({ msg_type: "error", content: { ename: "E", evalue: "v", traceback: ["t"] } }),
);
const messages = fc.array(fc.tuple(fc.nat(2), message), { maxLength: 30 });

describe("folding", () => {
  it("gives the same one by one, in parts, from stored cells, and all at once", () => {
    fc.assert(
      fc.property(messages, fc.nat(30), (sent, at) => {
        const collector = createCollector({ limitBytes: 2500 });
        const events: RunEvent[] = sent.flatMap(([index, one]) => collector.message(index, one));
        const whole = foldEvents([], events);
        expect(events.reduce<readonly CellResult[]>(applyEvent, [])).toEqual(whole);
        // A stored cell comes back without what was remembered of its streams.
        const stored = JSON.parse(JSON.stringify(foldEvents([], events.slice(0, at)))) as CellResult[];
        expect(foldEvents(stored, events.slice(at))).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  it("never replaces an output of another place than the one updated", () => {
    fc.assert(
      fc.property(messages, (sent) => {
        const collector = createCollector({ limitBytes: 1e6 });
        let cells: readonly CellResult[] = [];
        for (const [index, one] of sent) {
          for (const event of collector.message(index, one)) {
            if (event.type === "replace") expect(cells.find((cell) => cell.index === event.index)?.outputs[event.position]?.output_type).toBe("display_data");
            cells = applyEvent(cells, event);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("shows of a stream in pieces what it shows of the whole", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join("").replaceAll("\b", "");
        const parts = pieces.map((part) => part.replaceAll("\b", ""));
        const split = parts.reduce<ReturnType<typeof appendStream> | null>((former, part) => appendStream(former, part), null);
        expect(split ? showStream(split.settled + split.last) : "").toBe(showStream(text));
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps execution counts and durations, and the same array when nothing changed", () => {
    const cells = foldEvents(
      [],
      [
        { type: "cell", index: 1, state: "running" },
        { type: "cell", index: 0, state: "done", executionCount: 3, durationMs: 5 },
      ],
    );
    expect(cells).toEqual([
      { index: 0, outputs: [], executionCount: 3, durationMs: 5 },
      { index: 1, outputs: [], executionCount: null, durationMs: null },
    ]);
    expect(applyEvent(cells, { type: "state", state: "done", at: 1 })).toBe(cells);
  });

  it("stays quick on long streams, one event after another", () => {
    const began = performance.now();
    let cells: readonly CellResult[] = [];
    for (let count = 0; count < 50_000; count++)
      cells = applyEvent(cells, {
        type: "output",
        index: 0,
        output: { output_type: "stream", name: "stdout", text: `line ${count} of many, and some more words\n` },
      });
    for (let count = 0; count < 50_000; count++)
      cells = applyEvent(cells, { type: "output", index: 1, output: { output_type: "stream", name: "stdout", text: `\r${count}% of a bar that is redrawn` } });
    const [lines, bar] = cells.map((cell) => cell.outputs[0]);
    expect(lines?.output_type === "stream" && lines.text.split("\n").length).toBe(50_001);
    expect(bar?.output_type === "stream" && bar.text.length).toBeLessThan(20_000);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
