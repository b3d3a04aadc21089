import http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { RawHeaders } from "#lib/gateway/headers.ts";
import { refuseSocket } from "./plain-answers.ts";

export type Upgrade = {
  readonly to: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  readonly method: string;
  readonly target: string;
  readonly headers: string[];
  readonly answerHeaders: (raw: RawHeaders) => string[];
  /** What the client sent behind its headers already. */
  readonly head: Buffer;
  readonly socket: Duplex;
  /** For the person, where nobody answers there. */
  readonly awayDetail: string;
};

const handshakeMs = 30_000;
/** A page that closes while the last bytes are on their way gets so long to take them. */
const lingerMs = 5_000;

/** Asks for another protocol; once that is granted, the connection is bytes that nobody here looks into. */
export function pipeUpgrade(upgrade: Upgrade): void {
  const { socket, to } = upgrade;
  const asked = http.request({ ...to, method: upgrade.method, path: upgrade.target, headers: upgrade.headers, agent: false, maxHeaderSize: 65_536 });
  let hasAnswered = false;
  const give = () => asked.destroy();
  socket.once("close", give);
  socket.on("error", () => socket.destroy());
  asked.setTimeout(handshakeMs, () => asked.destroy(new Error("The handshake took too long.")));
  asked.once("upgrade", (answer, upstream: Socket, first: Buffer) => {
    socket.off("close", give);
    asked.setTimeout(0);
    writeHead(socket, answer, [...upgrade.answerHeaders(answer.rawHeaders), "connection", "Upgrade", "upgrade", answer.headers.upgrade ?? "websocket"]);
    join(socket, upstream, { fromClient: upgrade.head, fromUpstream: first });
  });
  asked.once("response", (answer) => {
    hasAnswered = true;
    // Anything may be said instead; after it this connection carries nothing more.
    asked.setTimeout(0);
    writeHead(socket, answer, [...upgrade.answerHeaders(answer.rawHeaders), "connection", "close"]);
    answer.pipe(socket);
    answer.once("close", () => setTimeout(() => socket.destroy(), lingerMs).unref());
  });
  asked.once("error", () => {
    if (socket.destroyed) return;
    // A second answer behind the first could be taken for that of another request.
    if (hasAnswered) socket.end();
    else refuseSocket(socket, 503, upgrade.awayDetail);
  });
  asked.end();
}

function writeHead(socket: Duplex, answer: http.IncomingMessage, headers: readonly string[]): void {
  const lines = headers.flatMap((word, index) => (index % 2 === 0 ? [`${word}: ${headers[index + 1] ?? ""}`] : []));
  socket.write(`HTTP/1.1 ${answer.statusCode} ${http.STATUS_CODES[answer.statusCode ?? 0] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/** Each side may end for itself (half-close); when one breaks, so does the other. */
function join(socket: Duplex, upstream: Socket, early: { fromClient: Buffer; fromUpstream: Buffer }): void {
  for (const side of [socket as Socket, upstream]) {
    // What waits in here is already bounded by pipe(): nothing is held back to fill packets.
    side.setNoDelay?.(true);
    side.setKeepAlive?.(true, 30_000);
    side.setTimeout?.(0);
  }
  if (early.fromUpstream.length > 0) socket.write(early.fromUpstream);
  if (early.fromClient.length > 0) upstream.write(early.fromClient);
  upstream.pipe(socket);
  socket.pipe(upstream);
  const follow = (from: Duplex, other: Duplex) => {
    from.on("error", () => other.destroy());
    from.once("close", () => {
      if (!from.readableEnded) other.destroy();
      else setTimeout(() => other.destroy(), lingerMs).unref();
    });
  };
  follow(socket, upstream);
  follow(upstream, socket);
}
