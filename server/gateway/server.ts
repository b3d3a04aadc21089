import { randomUUID } from "node:crypto";
import http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Pool } from "undici";
import { decide, decideUpgrade, type IncomingRequest, type Site } from "#lib/gateway/decide.ts";
import { clientAddress, type ForwardedBy, requestHeaders, valuesOf } from "#lib/gateway/headers.ts";
import type { Health } from "#lib/gateway/health.ts";
import type { Logger } from "#server/log.ts";
import { discardRest, passOn } from "./pass-on.ts";
import { answerHealth, answerProblem, answerTooLarge, answerUnavailable, refuseSocket } from "./plain-answers.ts";
import { pipeUpgrade } from "./upgrade.ts";

export type GatewayOptions = {
  readonly site: Site;
  /** Where pages and API are served: host and port of this machine. */
  readonly webPort: number;
  readonly trustedProxies: number;
  readonly health: () => Health;
  readonly log: Logger;
};

export type Gateway = { readonly server: http.Server; close(): Promise<void> };

/** A whole large upload may take long; silence in it may not. */
const requestTimeoutMs = 3_600_000;
const bodySilenceMs = 60_000;

/** The front door: names each request, decides where it goes, and streams it there and back. */
export function createGateway(options: GatewayOptions): Gateway {
  // Streams of events stay silent for long: their end is the client's or the server's to choose.
  const web = new Pool(`http://127.0.0.1:${options.webPort}`, { bodyTimeout: 0, headersTimeout: 600_000, keepAliveTimeout: 20_000, maxHeaderSize: 65_536 });
  const server = http.createServer({
    maxHeaderSize: 16_384,
    headersTimeout: 15_000,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 30_000,
    insecureHTTPParser: false,
  });
  server.on("request", (request, response) => handleRequest(options, web, request, response));
  // Node forgets a connection once it has changed protocol, so closing has to know them.
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request, socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    handleUpgrade(options, request, socket, head);
  });
  server.on("connect", (_request, socket) => refuseSocket(socket, 405, "This server is no proxy."));
  server.on("clientError", refuseBroken);
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Streams of events never end by themselves.
    setTimeout(() => server.closeAllConnections(), 500).unref();
    for (const socket of upgraded) socket.destroy();
    server.closeIdleConnections();
    await closed;
    await web.destroy();
  };
  return { server, close };
}

function handleRequest(options: GatewayOptions, web: Pool, request: http.IncomingMessage, response: http.ServerResponse): void {
  const requestId = randomUUID();
  const asked = incoming(request);
  const decision = decide(asked, options.site);
  const client = clientAddress(request.headers["x-forwarded-for"]?.toString(), request.socket.remoteAddress ?? "", options.trustedProxies);
  logWhenDone(options.log, request, response, { requestId, client });
  switch (decision.kind) {
    case "health":
      answerHealth(response, request.method, decision.part, options.health(), requestId);
      return;
    case "redirect":
      response.writeHead(307, { location: decision.location, "cache-control": "no-store", "x-request-id": requestId }).end();
      return;
    case "refuse":
      answerProblem(response, decision, requestId);
      return;
    case "web": {
      // What is announced as too large is refused before any of it is read.
      if (Number(request.headers["content-length"] ?? 0) > decision.bodyBytes) {
        answerTooLarge(response, decision.bodyBytes, requestId);
        discardRest(request);
        return;
      }
      boundSilence(request, response);
      const by: ForwardedBy = { requestId, client, host: request.headers.host ?? "", protocol: decision.protocol };
      passOn({
        web,
        request,
        response,
        by,
        log: options.log,
        bodyBytes: decision.bodyBytes,
        whenUnreachable: () => answerUnavailable(request, response, requestId),
      });
      return;
    }
    default:
      decision satisfies never;
  }
}

function handleUpgrade(options: GatewayOptions, request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
  const decision = decideUpgrade(incoming(request), options.site);
  if (decision.kind !== "web") {
    const status = decision.kind === "refuse" ? decision.status : 404;
    refuseSocket(socket, status, decision.kind === "refuse" ? decision.detail : "");
    return;
  }
  const by: ForwardedBy = {
    requestId: randomUUID(),
    client: request.socket.remoteAddress ?? "",
    host: request.headers.host ?? "",
    protocol: decision.protocol,
  };
  const headers = [...requestHeaders(request.rawHeaders, by), "connection", "Upgrade", "upgrade", request.headers.upgrade ?? "websocket"];
  pipeUpgrade({ port: options.webPort, method: request.method ?? "GET", target: request.url ?? "/", headers, head, socket });
}

function incoming(request: http.IncomingMessage): IncomingRequest {
  const hosts = valuesOf(request.rawHeaders, "host");
  // Two hosts are how one server is made to see another request than the next.
  const host = hosts.length === 1 ? hosts[0] : undefined;
  return { method: request.method ?? "GET", target: request.url ?? "", host, origin: request.headers.origin, accept: request.headers.accept };
}

/** A body that trickles is cut; an answer that is slow to come (a stream of events) is not. */
function boundSilence(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { socket } = request;
  const cut = () => {
    if (!request.complete) socket.destroy();
  };
  socket.setTimeout(bodySilenceMs, cut);
  request.once("end", () => socket.setTimeout(0, cut));
  response.once("close", () => {
    socket.off("timeout", cut);
    if (!socket.destroyed) socket.setTimeout(0);
  });
}

function logWhenDone(log: Logger, request: http.IncomingMessage, response: http.ServerResponse, who: { requestId: string; client: string }): void {
  const began = performance.now();
  response.once("close", () => {
    // The address without its query: links may carry keys there.
    const path = request.url?.split("?", 1)[0];
    const milliseconds = Math.round(performance.now() - began);
    log.info(
      { ...who, method: request.method, path, status: response.statusCode, milliseconds, ...(response.writableFinished ? {} : { aborted: true }) },
      "request",
    );
  });
}

/** Node could not read the request at all; the answer must not echo any of it. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !(socket as Socket).writable) {
    socket.destroy();
    return;
  }
  const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  refuseSocket(
    socket,
    status,
    status === 431 ? "The headers of this request are too large." : status === 408 ? "The request took too long to arrive." : "This request is malformed.",
  );
}
