import net from "node:net";
import type { Duplex } from "node:stream";
import { refuseSocket } from "./plain-answers.ts";

export type Upgrade = {
  readonly port: number;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  /** What the client sent behind its headers already. */
  readonly head: Buffer;
  readonly socket: Duplex;
};

/** Hands a connection over as bytes: after its headers nobody here looks inside. */
export function pipeUpgrade({ port, method, target, headers, head, socket }: Upgrade): void {
  const upstream = net.connect({ port, host: "127.0.0.1", noDelay: true });
  upstream.once("connect", () => {
    const lines = headers.flatMap((word, index) => (index % 2 === 0 ? [`${word}: ${headers[index + 1] ?? ""}`] : []));
    upstream.write(`${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1");
    if (head.length > 0) upstream.write(head);
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
  upstream.once("error", () => {
    if (upstream.bytesRead === 0) refuseSocket(socket, 503, "Sheaf is starting again.");
    else socket.destroy();
  });
  upstream.once("close", () => socket.destroy());
  socket.once("error", () => upstream.destroy());
  socket.once("close", () => upstream.destroy());
}
