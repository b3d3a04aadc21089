import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { NumberedRunEvent } from "#lib/domain/worksheet.ts";
import type { Context } from "#server/context.ts";
import { createLogger } from "#server/log.ts";
import { eventStream } from "./event-stream.ts";

const lines: string[] = [];
const ctx = { log: createLogger("test", "trace", (line) => lines.push(line)), actor: { kind: "system" } } as unknown as Context;
const answering = { requestId: "r", path: "/api/v1/runs/x/events" };
const numbered = (seq: number): NumberedRunEvent => ({ seq, event: { type: "state", state: "running", at: 1 } });

afterEach(() => {
  lines.length = 0;
});

describe("a stream of events", () => {
  test("numbers every event and says when it ends", async () => {
    const text = await stream(
      (async function* () {
        yield numbered(1);
        yield numbered(2);
      })(),
    ).response.text();
    expect(text.match(/^id: \d$/gm)).toEqual(["id: 1", "id: 2"]);
    expect(text).toMatch(/event: end\ndata: \{\}\n\n$/);
  });

  test.each(["an event", "the end", "a failure"])("a reader that has left is told nothing more, whether %s comes then", async (what) => {
    let comeOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      comeOn = resolve;
    });
    const { response, ending } = stream(
      (async function* () {
        yield numbered(1);
        await waiting;
        if (what === "a failure") throw new Error("the database is away");
        if (what === "an event") yield numbered(2);
      })(),
    );
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    void reader?.read();
    await pause(10);
    const left = reader?.cancel();
    expect(ending.signal.aborted).toBe(true);
    comeOn();
    await left;
    await pause(10);
    expect(lines).toEqual([]);
  });

  test("a failure while somebody reads is logged and breaks the stream off", async () => {
    const { response } = stream(
      // biome-ignore lint/correctness/useYield: it fails before there is anything to yield
      (async function* (): AsyncGenerator<NumberedRunEvent> {
        throw new Error("the database is away");
      })(),
    );
    await expect(response.text()).rejects.toThrow();
    expect(lines.join()).toContain("the database is away");
  });
});

function stream(events: AsyncIterable<NumberedRunEvent>) {
  const ending = new AbortController();
  return { response: eventStream({ ctx, request: new Request("http://localhost/x"), answering }, events, ending), ending };
}
