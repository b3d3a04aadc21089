import net from "node:net";
import { pipeline } from "node:stream";

export type Relay = {
  readonly host: string;
  readonly port: number;
  /** Nothing new comes in, and what is open is cut. */
  close(): Promise<void>;
};

/** A lab's page opens a dozen; nobody who only knows the port shall use up our files. */
const connectionsAtOnce = 512;
/** A gateway whose machine died says nothing any more. */
const keepAliveMs = 15_000;

/**
 * Bytes between a port of this machine and a socket, as they come: whoever reads slowly is waited for, and an end of one
 * direction is passed on as that. The port knows nobody; what is behind the socket has to ask who is there.
 */
export async function openRelay(socketPath: string, host: string): Promise<Relay> {
  const open = new Set<net.Socket>();
  const hold = (socket: net.Socket): void => {
    open.add(socket);
    // Said to the other side by the pipeline.
    socket.on("error", () => undefined).once("close", () => open.delete(socket));
  };
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (from) => {
    const to = net.connect({ path: socketPath, allowHalfOpen: true });
    for (const socket of [from, to]) hold(socket);
    join(from, to);
    join(to, from);
  });
  server.maxConnections = connectionsAtOnce;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port: 0, exclusive: true }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A port that was opened has no number.");
  return {
    host,
    port: address.port,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      return closed;
    },
  };
}

/** An orderly end ends the other side's direction; anything else cuts both. */
function join(from: net.Socket, to: net.Socket): void {
  pipeline(from, to, (error) => {
    if (!error) return;
    from.destroy();
    to.destroy();
  });
}
