import type http from "node:http";
import { type Readable, Transform } from "node:stream";
import type { Dispatcher } from "undici";
import type { RawHeaders } from "#lib/gateway/headers.ts";
import type { Logger } from "#server/log.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { answerTooLarge } from "./plain-answers.ts";

export type PassOn = {
  readonly to: Dispatcher;
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

type Controller = Dispatcher.DispatchController;

/** Streams a request to a server behind and its answer back: nothing is kept, a slow side slows the other, an end on one side ends the other. */
export function passOn(pass: PassOn, isRetry = false): void {
  const { to, request, response } = pass;
  const body = hasBody(request) ? bounded(request, pass.bodyBytes) : null;
  const writer = new AnswerWriter(response);
  let controller: Controller | undefined;
  const abort = () => {
    if (!response.writableFinished) controller?.abort(new ClientGone());
  };
  response.once("close", abort);
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (started) => {
      controller = started;
      if (response.closed) started.abort(new ClientGone());
    },
    onResponseStart: (_current, status, headers, message) => {
      // Informational answers are between the two servers.
      if (status < 200 || response.headersSent) return;
      writer.begin(status, message, pass.answerHeaders(flatten(headers)));
    },
    onResponseData: (current, chunk) => {
      if (writer.write(chunk)) return;
      current.pause();
      response.once("drain", () => current.resume());
    },
    onResponseEnd: () => {
      writer.end();
      discardRest(request);
    },
    onResponseError: (_current, error) => {
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
  try {
    to.dispatch({ path: request.url ?? "/", method: (request.method ?? "GET") as Dispatcher.HttpMethod, headers: pass.headers, body }, handler);
  } catch (error) {
    handler.onResponseError?.(undefined as unknown as Controller, error as Error);
  }
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

/** undici has read names and values already, byte for byte. */
function flatten(headers: http.IncomingHttpHeaders): string[] {
  const flat: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") flat.push(name, value);
    else for (const one of value ?? []) flat.push(name, one);
  }
  return flat;
}
