import { randomUUID } from "node:crypto";
import http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Pool } from "undici";
import { removalsOf, repeatedCookies } from "#lib/gateway/cookies.ts";
import { type Decision, decide, decideAtLabPort, decideUpgrade, type IncomingRequest, type Site } from "#lib/gateway/decide.ts";
import { clientAddress, type ForwardedBy, requestHeaders, responseHeaders } from "#lib/gateway/headers.ts";
import type { Health } from "#lib/gateway/health.ts";
import type { Logger } from "#server/log.ts";
import { incoming } from "./incoming.ts";
import type { LabDoor } from "./lab-door.ts";
import { discardRest, hasBody, passOn } from "./pass-on.ts";
import { answerHealth, answerProblem, answerTooLarge, answerUnavailable, refuseSocket } from "./plain-answers.ts";
import { pipeUpgrade } from "./upgrade.ts";

export type GatewayOptions = {
  readonly site: Site;
  /** Where pages and API are served: host and port of this machine. */
  readonly webPort: number;
  /** Default: this machine. */
  readonly webHost?: string;
  readonly trustedProxies: number;
  readonly health: () => Health;
  readonly labs: LabDoor;
  /** What the page around a lab may frame besides this site. */
  readonly labFrames: string;
  readonly log: Logger;
};

export type Gateway = {
  readonly server: http.Server;
  /** The second port, where labs have no hosts of their own. */
  readonly labServer: http.Server | null;
  close(): Promise<void>;
};

/** A whole large upload may take long; silence in it may not. */
const requestTimeoutMs = 3_600_000;
const bodySilenceMs = 60_000;

type Decide = (request: IncomingRequest, site: Site) => Decision;

/** The front door: names each request, decides where it goes, and streams it there and back. */
export function createGateway(options: GatewayOptions): Gateway {
  // Streams of events stay silent for long: their end is the client's or the server's to choose.
  const web = new Pool(`http://${options.webHost ?? "127.0.0.1"}:${options.webPort}`, {
    bodyTimeout: 0,
    headersTimeout: 600_000,
    keepAliveTimeout: 20_000,
    maxHeaderSize: 65_536,
  });
  // Node forgets a connection once it has changed protocol, so closing has to know them.
  const upgraded = new Set<Duplex>();
  const server = createServer(options, web, upgraded, decide, decideUpgrade);
  const labServer = options.site.labs.hosts === "port" ? createServer(options, web, upgraded, decideAtLabPort, decideAtLabPort) : null;
  const servers = labServer ? [server, labServer] : [server];
  const close = async () => {
    const closed = Promise.all(servers.map((one) => new Promise<void>((resolve) => one.close(() => resolve()))));
    // Streams of events never end by themselves.
    setTimeout(() => {
      for (const one of servers) one.closeAllConnections();
    }, 500).unref();
    for (const socket of upgraded) socket.destroy();
    for (const one of servers) one.closeIdleConnections();
    await options.labs.close();
    await closed;
    await web.destroy();
  };
  return { server, labServer, close };
}

function createServer(options: GatewayOptions, web: Pool, upgraded: Set<Duplex>, decideRequest: Decide, decideSocket: Decide): http.Server {
  const server = http.createServer({
    maxHeaderSize: 16_384,
    headersTimeout: 15_000,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 30_000,
    insecureHTTPParser: false,
  });
  server.on("request", (request, response) => handleRequest(options, web, decideRequest, request, response));
  server.on("upgrade", (request, socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    handleUpgrade(options, decideSocket, request, socket, head);
  });
  server.on("connect", (_request, socket) => refuseSocket(socket, 405, "This server is no proxy."));
  server.on("clientError", refuseBroken);
  return server;
}

function handleRequest(options: GatewayOptions, web: Pool, decideRequest: Decide, request: http.IncomingMessage, response: http.ServerResponse): void {
  const requestId = randomUUID();
  const decision = decideRequest(incoming(request), options.site);
  const client = clientOf(options, request);
  logWhenDone(options.log, request, response, { requestId, client, ...(decision.kind === "lab" ? { lab: decision.label } : {}) });
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
    case "lab":
      boundSilence(request, response);
      options.labs.handle(decision, request, response, { requestId, client, host: request.headers.host ?? "", protocol: decision.protocol });
      return;
    case "web":
      handleWeb(options, web, decision, request, response, { requestId, client, host: request.headers.host ?? "", protocol: decision.protocol });
      return;
    default:
      decision satisfies never;
  }
}

function handleWeb(
  options: GatewayOptions,
  web: Pool,
  decision: Extract<Decision, { kind: "web" }>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  by: ForwardedBy,
): void {
  const { requestId } = by;
  const repeated = repeatedCookies(request.headers.cookie);
  if (repeated.length > 0) {
    askWithoutFalseCookies(request, response, repeated, by);
    return;
  }
  // What is announced as too large is refused before any of it is read.
  if (Number(request.headers["content-length"] ?? 0) > decision.bodyBytes) {
    answerTooLarge(response, decision.bodyBytes, requestId);
    discardRest(request);
    return;
  }
  boundSilence(request, response);
  passOn({
    to: { pool: web },
    who: "the web process",
    request,
    response,
    requestId,
    headers: requestHeaders(request.rawHeaders, by),
    answerHeaders: (raw) => responseHeaders(raw, requestId, by.protocol, decision.holdsLab ? options.labFrames : null),
    log: options.log,
    bodyBytes: decision.bodyBytes,
    whenUnreachable: () => answerUnavailable(request, response, requestId),
  });
}

/**
 * Two cookies of one of our names: a page on a lab's host has set one for all hosts. Nobody is taken for either person;
 * the browser removes what is not host-only and asks the same once more, then with the true one alone.
 */
function askWithoutFalseCookies(request: http.IncomingMessage, response: http.ServerResponse, names: readonly string[], by: ForwardedBy): void {
  const target = request.url ?? "/";
  const { hostname } = new URL(`http://${by.host}`);
  response.writeHead(307, {
    location: `${by.protocol}://${by.host}${target}`,
    "set-cookie": removalsOf(names, hostname, target),
    "cache-control": "no-store",
    "x-request-id": by.requestId,
  });
  response.end();
  discardRest(request);
}

function handleUpgrade(options: GatewayOptions, decideSocket: Decide, request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
  const decision = decideSocket(incoming(request), options.site);
  const by: ForwardedBy = {
    requestId: randomUUID(),
    client: clientOf(options, request),
    host: request.headers.host ?? "",
    protocol: decision.kind === "web" || decision.kind === "lab" ? decision.protocol : "http",
  };
  if (decision.kind === "lab") {
    options.labs.upgrade(decision, request, socket, head, by);
    return;
  }
  if (decision.kind !== "web") {
    const status = decision.kind === "refuse" ? decision.status : 404;
    refuseSocket(socket, status, decision.kind === "refuse" ? decision.detail : "");
    return;
  }
  const headers = [...requestHeaders(request.rawHeaders, by), "connection", "Upgrade", "upgrade", request.headers.upgrade ?? "websocket"];
  pipeUpgrade({
    to: { host: options.webHost ?? "127.0.0.1", port: options.webPort },
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers,
    answerHeaders: (raw) => responseHeaders(raw, by.requestId, by.protocol),
    head,
    socket,
    awayDetail: "Sheaf is starting again.",
  });
}

function clientOf(options: GatewayOptions, request: http.IncomingMessage): string {
  return clientAddress(request.headers["x-forwarded-for"]?.toString(), request.socket.remoteAddress ?? "", options.trustedProxies);
}

/** A body that trickles is cut; an answer that is slow to come (a stream of events) is not. */
function boundSilence(request: http.IncomingMessage, response: http.ServerResponse): void {
  if (!hasBody(request)) return;
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

function logWhenDone(
  log: Logger,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  who: { requestId: string; client: string; lab?: string },
): void {
  // A lab's page asks every few seconds, and its addresses are names of somebody's files.
  const level = who.lab ? "debug" : "info";
  if (!log.isLevelEnabled(level)) return;
  const began = performance.now();
  response.once("close", () => {
    // The address without its query: links may carry keys there.
    const path = request.url?.split("?", 1)[0];
    const milliseconds = Math.round(performance.now() - began);
    log[level](
      { ...who, method: request.method, path, status: response.statusCode, milliseconds, ...(response.writableFinished ? {} : { aborted: true }) },
      "request",
    );
  });
}

/** A page in a lab can set cookies for the hosts above its own until no request fits any more. */
const tooManyCookies = "The headers of this request are too large. If this stays so, remove this site's cookies in your browser and sign in again.";

/** Node could not read the request at all; the answer must not echo any of it. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !(socket as Socket).writable) {
    socket.destroy();
    return;
  }
  const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  refuseSocket(socket, status, status === 431 ? tooManyCookies : status === 408 ? "The request took too long to arrive." : "This request is malformed.");
}
