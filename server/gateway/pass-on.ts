import type http from "node:http";
import { type Readable, Transform } from "node:stream";
import type { Dispatcher } from "undici";
import type { RawHeaders } from "#lib/gateway/headers.ts";
import type { Logger } from "#server/log.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { type AnswerHandler, askByUndici, type Control } from "./asker.ts";
import type { LabLines } from "./lab-lines.ts";
import { answerTooLarge } from "./plain-answers.ts";

/** `lines`: for what has no body, where it is asked often. */
export type Destination = { readonly pool: Dispatcher; readonly lines?: LabLines };

export type PassOn = {
  readonly to: Destination;
  /** For the log: "the web process". */
  readonly who: string;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly requestId: string;
  /** Name and value alternating, as they are sent on. */
  readonly headers: string[];
  readonly answerHeaders: (raw: RawHeaders) => string[];
  readonly log: Logger;
  /** More than this is not passed on, also where nobody announced how much there is. */
  readonly bodyBytes: number;
  /** Answers in the place of a server that could not be asked; `isAway`: nobody listens there. */
  readonly whenUnreachable: (isAway: boolean) => void;
};

/** Streams a request to a server behind and its answer back: nothing is kept, a slow side slows the other, an end on one side ends the other. */
export function passOn(pass: PassOn, isRetry = false): void {
  const { to, request, response } = pass;
  const body = hasBody(request) ? bounded(request, pass.bodyBytes) : null;
  const question = { method: request.method ?? "GET", target: request.url ?? "/", headers: pass.headers, body };
  const handler = answerTo(pass, isRetry);
  response.once("close", handler.abort);
  if (to.lines && body === null && (question.method === "GET" || question.method === "HEAD")) to.lines.ask(question, handler, isRetry);
  else askByUndici(to.pool, question, handler);
}

function answerTo(pass: PassOn, isRetry: boolean): AnswerHandler & { readonly abort: () => void } {
  const { request, response } = pass;
  const writer = new AnswerWriter(response);
  let control: Control | undefined;
  const abort = () => {
    if (!response.writableFinished) control?.abort(new ClientGone());
  };
  return {
    abort,
    onStart(started) {
      control = started;
      if (response.closed) started.abort(new ClientGone());
    },
    onHead(status, message, headers) {
      if (!response.headersSent) writer.begin(status, message, pass.answerHeaders(headers));
    },
    onData(chunk) {
      if (writer.write(chunk)) return;
      control?.pause();
      response.once("drain", () => control?.resume());
    },
    onEnd() {
      writer.end();
      discardRest(request);
    },
    onError(error) {
      response.off("close", abort);
      if (error instanceof ClientGone || response.destroyed) return;
      if (error instanceof TooLarge) {
        if (response.headersSent) response.destroy();
        else answerTooLarge(response, pass.bodyBytes, pass.requestId);
        return discardRest(request);
      }
      if (!isRetry && mayRepeat(request, response, error)) return passOn(pass, true);
      fallBack(pass, error);
    },
  };
}

function fallBack(pass: PassOn, error: Error & { code?: string }): void {
  // Nobody listens while it starts again: whoever starts it has said so once, for everybody.
  const isAway = error.code === "ECONNREFUSED" || error.code === "ENOENT";
  pass.log[isAway ? "info" : "warn"]({ requestId: pass.requestId, err: error }, `${pass.who} did not answer`);
  if (pass.response.headersSent) {
    pass.response.destroy();
    return;
  }
  pass.whenUnreachable(isAway);
  discardRest(pass.request);
}

class ClientGone extends Error {}

class TooLarge extends Error {}

/** A length that was announced is held to by the parser; a body of unknown length is counted on its way. */
function bounded(request: http.IncomingMessage, limitBytes: number): Readable {
  if (request.headers["transfer-encoding"] === undefined) return request;
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limitBytes) done(new TooLarge());
      else done(null, chunk);
    },
  });
  request.once("error", (error) => counter.destroy(error));
  request.once("close", () => {
    if (!request.complete) counter.destroy(new ClientGone());
  });
  return request.pipe(counter);
}

export function hasBody(request: http.IncomingMessage): boolean {
  return request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
}

/** A kept connection may close just as it is used again; a request without a body that met this is safe to ask once more. */
function mayRepeat(request: http.IncomingMessage, response: http.ServerResponse, error: Error & { code?: string }): boolean {
  const readOnly = ["GET", "HEAD", "OPTIONS"].includes(request.method ?? "") && !hasBody(request);
  return readOnly && !response.headersSent && (error.code === "UND_ERR_SOCKET" || error.code === "ECONNRESET" || error.code === "EPIPE");
}

/** The server behind answered before it had read everything (413, say): the rest of the body has no reader. */
export function discardRest(request: http.IncomingMessage): void {
  if (request.complete) return;
  // A request that has ended forgets its connection.
  const { socket } = request;
  request.unpipe();
  request.resume();
  // Whoever goes on sending long after the answer is not listening.
  setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, 2_000).unref();
}
