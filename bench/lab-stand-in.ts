/** What all proxies are measured in front of: small answers, a large one, and sockets that say back what they hear. Prints its port. */
import { createServer } from "node:http";
import type { Socket } from "node:net";

const small = Buffer.from(JSON.stringify({ started: "2026-01-01T00:00:00.000Z", last_activity: "2026-01-01T00:00:00.000Z", connections: 1, kernels: 1 }));
const chunk = Buffer.alloc(256 * 1024, "a");

const server = createServer((request, response) => {
  const [, bytes] = /^\/files\/large\/(\d+)/.exec(request.url ?? "") ?? [];
  if (bytes === undefined) {
    response.writeHead(200, { "content-type": "application/json", "content-length": small.length }).end(small);
    return;
  }
  let left = Number(bytes);
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": left });
  const more = () => {
    while (left > 0) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
});
server.keepAliveTimeout = 60_000;
server.on("upgrade", (_request, socket: Socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
  socket.pipe(socket);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") console.log(address.port);
});
