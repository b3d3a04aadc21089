import http from "node:http";
import type net from "node:net";

type Seen = { method: string; target: string; headers: http.IncomingHttpHeaders; body: number; connection: number };

export type MisbehavingLab = Awaited<ReturnType<typeof openMisbehavingLab>>;

/** What stands in for a lab, on a socket of files as labs have: each address misbehaves in one way that a real one can. */
export async function openMisbehavingLab(socketPath: string) {
  const seen: Seen[] = [];
  const sockets = new Set<net.Socket>();
  const numbers = new WeakMap<net.Socket, number>();
  let connections = 0;
  let left = 0;
  let flooded = 0;
  let hasClosedKept = false;
  const note = (request: http.IncomingMessage): Seen => {
    const record = { method: request.method ?? "", target: request.url ?? "", headers: request.headers, body: 0, connection: numbers.get(request.socket) ?? 0 };
    seen.push(record);
    return record;
  };
  const server = http.createServer({ maxHeaderSize: 1 << 20 }, async (request, response): Promise<unknown> => {
    const record = note(request);
    response.on("close", () => (left += response.writableFinished ? 0 : 1));
    // Below /files as well, where servers in front expect what is large.
    switch (new URL(request.url ?? "/", "http://x").pathname.replace(/^\/files(?=\/)/, "")) {
      case "/hostile-headers":
        response.writeHead(200, [
          ...["set-cookie", "_xsrf=1; Path=/", "set-cookie", "next-auth.session-token=evil; Path=/", "set-cookie", "a=1; Domain=sheaf.localhost"],
          ...["content-security-policy", "sandbox allow-scripts; frame-ancestors *", "x-frame-options", "DENY", "clear-site-data", '"cookies"'],
          ...["service-worker-allowed", "/", "access-control-allow-origin", "*", "strict-transport-security", "max-age=99"],
        ]);
        return response.end("ok");
      case "/led-elsewhere":
        response.writeHead(200, { "x-accel-redirect": "/.sheaf/decide", "x-accel-limit-rate": "1", "x-accel-buffering": "yes", "x-accel-expires": "60" });
        return response.end("its own words");
      case "/huge-headers":
        return response.writeHead(200, { "x-huge": "a".repeat(100_000) }).end();
      case "/garbage":
        return request.socket.end("\x16\x03\x01 this is no HTTP\r\n\r\n");
      case "/close-at-once":
        return request.socket.destroy();
      case "/close-kept-once":
        if (!hasClosedKept) {
          hasClosedKept = true;
          return request.socket.destroy();
        }
        return response.end("ok");
      case "/half":
        response.writeHead(200, { "content-length": "1000" });
        return response.write("half", () => request.socket.destroy());
      case "/never":
        return undefined;
      case "/hinted":
        response.writeEarlyHints({ link: "</a.css>; rel=preload" });
        return response.end("ok");
      case "/until-close":
        return request.socket.end("HTTP/1.1 200 OK\r\n\r\nall of it");
      case "/says-more":
        return request.socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfalse");
      case "/broken-chunks":
        return request.socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nnone\r\n");
      case "/nothing":
        return response.writeHead(204).end();
      case "/unchanged":
        return response.writeHead(304, { etag: '"a"' }).end();
      case "/events":
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: 1\n\n");
        setTimeout(() => response.write("data: 2\n\n"), 300);
        return undefined;
      case "/large": {
        response.writeHead(200, { "content-length": String(512 * 1024 ** 2) });
        const chunk = Buffer.alloc(1024 * 1024);
        for (let count = 0; count < 512; count++) if (!response.write(chunk)) await new Promise((resolve) => response.once("drain", resolve));
        return response.end();
      }
      default:
        for await (const chunk of request) record.body += (chunk as Buffer).length;
        return response.end(String(record.body));
    }
  });
  server.keepAliveTimeout = 60_000;
  server.on("connection", (socket: net.Socket) => numbers.set(socket, ++connections));
  server.on("upgrade", (request, socket: net.Socket, head): unknown => {
    note(request);
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
    if (request.url === "/two-answers") return socket.end("HTTP/1.1 200 \x07\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nother");
    if (request.url === "/refused") return socket.end("HTTP/1.1 418 No\r\ncontent-length: 9\r\n\r\nno kernel");
    socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nset-cookie: sheaf-lab=evil\r\n\r\n");
    if (request.url === "/late-words") {
      let got = "";
      return socket.on("data", (chunk) => (got += chunk)).on("end", () => setTimeout(() => socket.end(`after ${got}`), 100));
    }
    if (request.url === "/flood") {
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!socket.destroyed && socket.write(chunk)) flooded += chunk.length;
        if (!socket.destroyed) socket.once("drain", more);
      };
      return more();
    }
    socket.write(head);
    return void socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    path: socketPath,
    seen,
    sockets,
    connections: () => connections,
    left: () => left,
    flooded: () => flooded,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
