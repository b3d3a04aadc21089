import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";
import { pipeline } from "node:stream";
import type { ImportAddress } from "./import-address.ts";

export type GuardProxy = { readonly url: string; readonly bytes: () => number; readonly refused: () => boolean; close(): void };

const connectMs = 20_000;
/** Between us and the proxy only. */
const hopHeaders = ["proxy-authorization", "proxy-connection", "connection", "keep-alive"];

/**
 * All that git may reach while it imports: one host, at the address that was looked at before. A redirect, an alternate
 * or a name that suddenly means something else gets nowhere, and what arrives is counted.
 */
export async function openGuardProxy(target: ImportAddress, pinned: string, onBytes: (bytes: number) => void): Promise<GuardProxy> {
  const secret = randomBytes(16).toString("hex");
  const expected = `Basic ${Buffer.from(`git:${secret}`).toString("base64")}`;
  const sockets = new Set<Socket>();
  let bytes = 0;
  let refused = false;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    onBytes(bytes);
  };
  const isTarget = (host: string | undefined, port: number): boolean => host === target.host && port === target.port;
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  };

  const server = http.createServer((request, response) => {
    const url = URL.parse(request.url ?? "");
    const mayPass = request.headers["proxy-authorization"] === expected && url?.protocol === "http:" && target.protocol === "http:";
    if (!mayPass || !url || !isTarget(hostOf(url), Number(url.port || 80))) {
      refused = true;
      response.writeHead(403).end();
      return;
    }
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !hopHeaders.includes(name)));
    const upstream = http.request({ host: pinned, port: target.port, method: request.method, path: url.pathname + url.search, headers, agent: false });
    upstream.on("socket", (socket) => limitConnecting(socket, track));
    upstream.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    upstream.on("response", (answer) => {
      answer.on("data", count);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => {});
    });
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  });
  server.on("connect", (request: http.IncomingMessage, client: Socket, head: Buffer) => {
    const url = URL.parse(`https://${request.url}`);
    const mayPass = request.headers["proxy-authorization"] === expected && target.protocol === "https:";
    if (!mayPass || !url || !isTarget(hostOf(url), Number(url.port || 443))) {
      refused = true;
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const upstream = net.connect(target.port, pinned);
    limitConnecting(upstream, track);
    upstream.on("error", () => (upstream.bytesRead === 0 && client.writable ? client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n") : client.destroy()));
    upstream.on("connect", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      upstream.on("data", count);
      pipeline(client, upstream, client, () => {});
    });
  });
  server.on("connection", track);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://git:${secret}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    refused: () => refused,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function limitConnecting(socket: Socket, track: (socket: Socket) => void): void {
  track(socket);
  const timer = setTimeout(() => socket.destroy(new Error("no connection in time")), connectMs);
  socket.on("connect", () => clearTimeout(timer)).on("close", () => clearTimeout(timer));
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}
