import type net from "node:net";
import type { AnswerHandler, Question } from "./asker.ts";
import { LabLine, type PlainRequest } from "./lab-line.ts";

export type LabLines = {
  /** `isFresh`: on a connection of its own, where a kept one has just turned out to be closed. */
  ask(question: Question, handler: AnswerHandler, isFresh: boolean): void;
  close(): void;
};

const atMost = 64;
const connectMs = 10_000;
/** Sooner than servers usually close what is kept. */
const idleMs = 20_000;
/** As long as anything may take to begin an answer. */
const silentMs = 600_000;

/**
 * Kept connections to one lab, for requests without a body: nearly all that a lab's page asks, small and often. A general
 * client spends more on each of them than all the rest of the door. What a lab says wrongly here meets its own person
 * alone: no two labs share a connection.
 */
export function createLabLines(to: net.NetConnectOpts): LabLines {
  const open = new Set<LabLine>();
  const free: LabLine[] = [];
  const waiting: { readonly asked: PlainRequest; readonly handler: AnswerHandler }[] = [];
  let isClosed = false;

  const connect = (): LabLine => {
    const line = new LabLine(to, {
      onFree(one) {
        const next = waiting.shift();
        if (next) one.ask(next.asked, next.handler);
        else free.push(one);
      },
      onClosed(one) {
        open.delete(one);
        const at = free.indexOf(one);
        if (at >= 0) free.splice(at, 1);
        const next = open.size < atMost ? waiting.shift() : undefined;
        if (next) connect().ask(next.asked, next.handler);
      },
    });
    open.add(line);
    return line;
  };
  const kept = (): LabLine | undefined => {
    for (let line = free.pop(); line; line = free.pop()) if (line.isUsable) return line;
    return undefined;
  };
  const wait = (asked: PlainRequest, handler: AnswerHandler): void => {
    const entry = { asked, handler };
    waiting.push(entry);
    const abort = (reason: Error): void => {
      const at = waiting.indexOf(entry);
      if (at < 0) return;
      waiting.splice(at, 1);
      handler.onError(reason);
    };
    handler.onStart({ abort, pause: () => {}, resume: () => {} });
  };
  const looking = setInterval(() => {
    const now = performance.now();
    for (const line of open) {
      const limit = { idle: idleMs, connecting: connectMs, asked: silentMs, answered: Number.POSITIVE_INFINITY }[line.state];
      if (now - line.since > limit) line.destroy(new Error(`Nothing has happened for ${limit / 1000} s.`));
    }
  }, idleMs / 2);
  looking.unref();

  return {
    ask(question, handler, isFresh) {
      const asked = plainRequest(question);
      const line = isClosed ? undefined : ((isFresh ? undefined : kept()) ?? (open.size < atMost ? connect() : undefined));
      if (line) line.ask(asked, handler);
      else if (isClosed) handler.onError(Object.assign(new Error("The lab has ended."), { code: "ENOENT" }));
      else wait(asked, handler);
    },
    close() {
      isClosed = true;
      clearInterval(looking);
      const gone = new Error("The lab has ended.");
      for (const { handler } of waiting.splice(0)) handler.onError(gone);
      for (const line of open) line.destroy(gone);
    },
  };
}

function plainRequest({ method, target, headers }: Question): PlainRequest {
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (let index = 0; index + 1 < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return { method, text: `${text}connection: keep-alive\r\n\r\n` };
}
