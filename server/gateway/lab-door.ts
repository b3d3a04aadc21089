import type http from "node:http";
import type { Duplex } from "node:stream";
import type { LabDecision } from "#lib/gateway/decide.ts";
import type { ForwardedBy } from "#lib/gateway/headers.ts";
import { labRequestHeaders, labResponseHeaders } from "#lib/gateway/lab-headers.ts";
import { wantsPage } from "#lib/gateway/lab-request.ts";
import type { Logger } from "#server/log.ts";
import { type DirectWay, directWay } from "./direct-way.ts";
import type { Asked } from "./incoming.ts";
import { createLabAdmission, type Entry, type LabAdmission, type LetIn } from "./lab-admission.ts";
import { type LabSaying, sayAtLab, sayingOf } from "./lab-answers.ts";
import { createLabConnections, type LabConnections } from "./lab-connections.ts";
import { createLabCookies, type LabPass } from "./lab-cookie.ts";
import { type LabDirectory, type LabStore, openLabDirectory } from "./lab-directory.ts";
import { createLabPools, type LabPools } from "./lab-pools.ts";
import { discardRest, passOn } from "./pass-on.ts";
import { answerTooLarge, refuseSocket } from "./plain-answers.ts";
import { pipeUpgrade } from "./upgrade.ts";

export type LabDoorOptions = {
  readonly store: LabStore;
  readonly secret: string;
  readonly publicUrl: string;
  readonly log: Logger;
  /** How often sign-ins are looked at again that something open hangs on. */
  readonly lookAgainMs?: number;
  readonly connections?: LabConnections;
};

export type LabDoor = {
  handle(decision: LabDecision, request: http.IncomingMessage, response: http.ServerResponse, by: ForwardedBy): void;
  upgrade(decision: LabDecision, request: http.IncomingMessage, socket: Duplex, head: Buffer, by: ForwardedBy): void;
  /** Whether a server in front may pass this request to the lab itself, and how; null: it shall bring it here, where it is answered. */
  direct(decision: LabDecision, request: Asked): Promise<DirectWay | null>;
  close(): Promise<void>;
};

type Door = {
  readonly admission: LabAdmission;
  readonly pools: LabPools;
  readonly publicUrl: string;
  readonly pageOrigin: string;
  readonly log: Logger;
  readonly enter: (entry: Entry, kind: "request" | "socket", cut: () => void) => (() => void) | null;
};

/** The part of the front door behind which labs are: lets in by a ticket, then by its own cookie, and passes on. */
export function createLabDoor(options: LabDoorOptions): LabDoor {
  const { log, publicUrl, store } = options;
  const cookies = createLabCookies(options.secret, publicUrl.startsWith("https:"));
  const connections = options.connections ?? createLabConnections();
  const pools = createLabPools();
  const signIns = new Map<LabPass["sessionId"], LabPass["userId"]>();
  const directory = openLabDirectory(store, log, {
    onLabChanged(id, lab) {
      if (lab?.state === "ready" && pools.isSame(lab)) return;
      connections.cut((one) => one.labId === id);
      pools.drop(id);
    },
    onSessionRevoked: (sessionId) => void connections.cut((one) => one.sessionId === sessionId),
    onSilenceOver: () => void cutSignedOut(directory, connections, signIns),
  });
  // For what nobody announces (a sign-in that runs out), and what was announced while nobody heard it.
  const looking = setInterval(() => void cutSignedOut(directory, connections, signIns), options.lookAgainMs ?? 15_000);
  const door: Door = {
    admission: createLabAdmission({ store, directory, cookies, log }),
    pools,
    publicUrl,
    pageOrigin: new URL(publicUrl).origin,
    log,
    enter({ lab, pass }, kind, cut) {
      signIns.set(pass.sessionId, pass.userId);
      return connections.enter({ labId: lab.id, sessionId: pass.sessionId, kind, cut });
    },
  };
  const failed = (error: unknown, open: { destroy(): unknown }) => {
    log.error({ err: error }, "a request to a lab failed unexpectedly");
    open.destroy();
  };
  return {
    handle(decision, request, response, by) {
      try {
        handle(door, decision, request, response, by)?.catch((error: unknown) => failed(error, response));
      } catch (error) {
        failed(error, response);
      }
    },
    upgrade: (decision, request, socket, head, by) => void upgrade(door, decision, request, socket, head, by).catch((error: unknown) => failed(error, socket)),
    direct: (decision, request) => direct(door, decision, request),
    async close() {
      clearInterval(looking);
      connections.cut(() => true);
      await directory.close();
      await pools.close();
    },
  };
}

/**
 * The same admission as at this door, for a request that is over soon and whose answer needs nothing of us. What stays open is
 * brought here, so that it is cut when its sign-in ends; so are pages, whose cookies and policies are looked at one by one,
 * and bodies of which nobody said how long they are.
 */
async function direct(door: Door, decision: LabDecision, request: Asked): Promise<DirectWay | null> {
  const { headers, method = "GET" } = request;
  if (decision.place !== "lab" || headers.upgrade !== undefined || headers["transfer-encoding"] !== undefined) return null;
  const bodyBytes = headers["content-length"] ?? (["GET", "HEAD", "OPTIONS", "DELETE"].includes(method) ? 0 : Number.POSITIVE_INFINITY);
  if (!(Number(bodyBytes) <= decision.bodyBytes)) return null;
  if (wantsPage({ method, accept: headers.accept, fetchMode: headers["sec-fetch-mode"]?.toString() })) return null;
  const entry = await door.admission.admit(decision, request, false);
  return typeof entry === "string" ? null : directWay(entry.lab, headers.cookie);
}

async function cutSignedOut(directory: LabDirectory, connections: LabConnections, signIns: Map<LabPass["sessionId"], LabPass["userId"]>): Promise<void> {
  const open = connections.sessions();
  for (const [sessionId, userId] of signIns) {
    if (!open.has(sessionId)) signIns.delete(sessionId);
    else if (!(await isStillSignedIn(directory, sessionId, userId))) connections.cut((one) => one.sessionId === sessionId);
  }
}

/** While the database is away nobody is taken to be signed out. */
async function isStillSignedIn(directory: LabDirectory, sessionId: LabPass["sessionId"], userId: LabPass["userId"]): Promise<boolean> {
  try {
    return await directory.isSignedIn(sessionId, userId);
  } catch {
    return true;
  }
}

type Visit = {
  readonly decision: LabDecision;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly by: ForwardedBy;
};

function handle(door: Door, decision: LabDecision, request: http.IncomingMessage, response: http.ServerResponse, by: ForwardedBy): Promise<void> | undefined {
  const visit = { decision, request, response, by };
  if (decision.place === "ours") return say(door, visit, "nothing");
  if (decision.place === "enter")
    return door.admission
      .letIn(decision, request)
      .then((entered) => (typeof entered === "string" ? say(door, visit, entered) : answerEntered(door, response, entered)));
  // What is announced as too large is refused before any of it is read.
  if (Number(request.headers["content-length"] ?? 0) > decision.bodyBytes) {
    answerTooLarge(response, decision.bodyBytes, by.requestId);
    discardRest(request);
    return undefined;
  }
  const entry = door.admission.admit(decision, request, false);
  return entry instanceof Promise ? entry.then((found) => serve(door, visit, found)) : serve(door, visit, entry);
}

function say(door: Door, { decision, request, response, by }: Visit, saying: LabSaying): undefined {
  if (response.headersSent || response.destroyed) return;
  sayAtLab({ request, response, requestId: by.requestId }, saying, { publicUrl: door.publicUrl, basePath: decision.basePath });
  discardRest(request);
}

function serve(door: Door, visit: Visit, entry: Entry | LabSaying): undefined {
  if (typeof entry === "string") return say(door, visit, entry);
  const { decision, request, response, by } = visit;
  const leave = door.enter(entry, "request", () => response.destroy());
  if (!leave) return say(door, visit, "tooMany");
  response.once("close", leave);
  if (response.destroyed) return void leave();
  const answer = { requestId: by.requestId, pageOrigin: door.pageOrigin, basePath: decision.basePath };
  passOn({
    to: door.pools.of(entry.lab),
    who: "a lab",
    request,
    response,
    requestId: by.requestId,
    headers: labRequestHeaders(request.rawHeaders, by, entry.lab.secret),
    answerHeaders: (raw) => labResponseHeaders(raw, answer),
    log: door.log,
    bodyBytes: decision.bodyBytes,
    whenUnreachable: (isAway) => say(door, visit, isAway ? "stopped" : "broken"),
  });
}

function answerEntered(door: Door, response: http.ServerResponse, { location, cookie }: LetIn): void {
  response.writeHead(303, {
    location,
    "cache-control": "no-store",
    // The address that one comes from holds the ticket.
    "referrer-policy": "no-referrer",
    "content-security-policy": `frame-ancestors ${door.pageOrigin}`,
    ...(cookie ? { "set-cookie": cookie } : {}),
  });
  response.end();
}

async function upgrade(door: Door, decision: LabDecision, request: http.IncomingMessage, socket: Duplex, head: Buffer, by: ForwardedBy): Promise<void> {
  // A client that goes away while it is looked up must not end the process.
  socket.on("error", () => socket.destroy());
  const refuse = (saying: LabSaying) => refuseSocket(socket, sayingOf(saying).status, sayingOf(saying).detail);
  if (decision.place !== "lab") return refuse("nothing");
  const entry = await door.admission.admit(decision, request, true);
  if (typeof entry === "string") return refuse(entry);
  const leave = door.enter(entry, "socket", () => socket.destroy());
  if (!leave) return refuse("tooMany");
  socket.once("close", leave);
  if (socket.destroyed) return leave();
  // From now on it counts which process this lab is.
  door.pools.of(entry.lab);
  const { address, secret } = entry.lab;
  const answer = { requestId: by.requestId, pageOrigin: door.pageOrigin, basePath: decision.basePath };
  pipeUpgrade({
    to: address.kind === "socket" ? { socketPath: address.path } : { host: address.host, port: address.port },
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers: [...labRequestHeaders(request.rawHeaders, by, secret), "connection", "Upgrade", "upgrade", request.headers.upgrade ?? "websocket"],
    answerHeaders: (raw) => labResponseHeaders(raw, answer),
    head,
    socket,
    awayDetail: sayingOf("stopped").detail,
  });
}
