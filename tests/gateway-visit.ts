import http from "node:http";
import net from "node:net";
import { afterAll, beforeAll } from "vitest";
import { createGateway, type Gateway, type GatewayOptions } from "#server/gateway/server.ts";
import { createLogger } from "#server/log.ts";
import { listen } from "./lab-visit.ts";

type Seen = { method: string; target: string; headers: http.IncomingHttpHeaders; body: number };

/** What the pages were asked, and how many of their answers nobody read to the end. */
export const seen: Seen[] = [];
export const broken = { count: 0 };
export const lines: string[] = [];
export let port = 0;

/** Labs are tried beside this, in files of their own. */
const noLabs = { handle: () => {}, upgrade: () => {}, direct: async () => null, close: async () => {} };

/** What each file of these tests stands on: a front door, and behind it what stands in for the pages. */
export function visitPages(): void {
  let web: http.Server;
  let gateway: Gateway;
  beforeAll(async () => {
    web = http.createServer(answer);
    web.on("upgrade", (_request, socket, head) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
      socket.write(head);
      socket.pipe(socket);
    });
    gateway = gatewayBefore(await listen(web), { log: createLogger("test", "info", (line) => lines.push(line)) });
    port = await listen(gateway.server);
  });
  afterAll(async () => {
    await gateway.close();
    web.closeAllConnections();
    web.close();
  });
}

export function everyByte(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => index % 256));
}

export function gatewayBefore(webPort: number, more: Partial<GatewayOptions>): Gateway {
  return createGateway({
    site: {
      publicUrl: "http://sheaf.localhost",
      port: 80,
      development: true,
      uploadBytes: 2_000_000_000,
      labs: { hosts: "wildcard", port: 0, bodyBytes: 0 },
    },
    labs: noLabs,
    labFrames: "",
    webPort,
    trustedProxies: 0,
    health: () => ({ status: "ready", live: true, ready: true, parts: {} }),
    log: createLogger("test", "fatal"),
    ...more,
  });
}

/** What stands in for the pages: each address behaves in one way that a real server can. */
async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const record: Seen = { method: request.method ?? "", target: request.url ?? "", headers: request.headers, body: 0 };
  seen.push(record);
  response.on("close", () => (broken.count += response.writableFinished ? 0 : 1));
  switch (new URL(request.url ?? "/", "http://x").pathname) {
    case "/events":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      setTimeout(() => response.write("data: 2\n\n"), 300);
      return;
    case "/refuse-early":
      response.writeHead(413).end("too large");
      return;
    case "/die":
      response.writeHead(200, { "content-length": "1000" });
      response.write("half", () => request.socket.destroy());
      return;
    case "/bytes": {
      const { searchParams } = new URL(request.url ?? "/", "http://x");
      const body = everyByte(Number(searchParams.get("count")));
      if (searchParams.has("announced")) {
        response.writeHead(200, { "x-name": "caf\u00e9", "content-length": body.length }).end(body);
        return;
      }
      response.writeHead(200, { "x-name": "caf\u00e9" });
      response.write(body.subarray(0, 10), () => response.end(body.subarray(10)));
      return;
    }
    case "/nothing":
      response.writeHead(204).end();
      return;
    case "/unchanged":
      response.writeHead(304, { etag: '"a"' }).end();
      return;
    case "/cookies":
      response
        .writeHead(200, [
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
          ["connection", "x-own"],
          ["x-own", "1"],
        ])
        .end("ok");
      return;
    case "/flood": {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) record.body += chunk.length;
        response.once("drain", more);
      };
      return more();
    }
    default:
      try {
        for await (const chunk of request) record.body += (chunk as Buffer).length;
        response.writeHead(200, { "content-type": "text/plain", "content-length": String(`${record.body}`.length) }).end(String(record.body));
      } catch {
        // The sender went away.
      }
  }
}

type Asked = { method?: string; path: string; headers?: Record<string, string>; body?: (string | Buffer)[]; agent?: http.Agent; port?: number };
type Answered = { status: number; headers: http.IncomingHttpHeaders; body: string; bytes: Buffer };

export function ask({ method = "GET", path, headers = {}, body = [], agent, port: other }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port: other ?? port, method, path, headers: { host: "sheaf.localhost", ...headers }, agent: agent ?? false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString(), bytes });
        });
      },
    );
    request.once("error", reject);
    for (const part of body) request.write(part);
    request.end();
  });
}

export function rawStatus(text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(text, "latin1"));
    let got = "";
    socket.on("data", (chunk) => (got += chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 0)));
    socket.setTimeout(5_000, () => socket.destroy());
  });
}
