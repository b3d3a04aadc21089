import net from "node:net";

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
    socket.once("close", () => open.delete(socket));
  };
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (from) => {
    const to = net.connect({ path: socketPath, allowHalfOpen: true });
    for (const socket of [from, to]) hold(socket);
    join(from, to);
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
      for (const socket of open) cut(socket);
      return closed;
    },
  };
}

/** An orderly end of a direction is passed on; whatever else happens to one side cuts the other. */
function join(from: net.Socket, to: net.Socket): void {
  for (const [one, other] of [
    [from, to],
    [to, from],
  ] as const) {
    one.pipe(other);
    one.on("error", () => cut(other));
    one.once("close", () => {
      if (!one.readableEnded) cut(other);
      else if (other.writableFinished) other.destroy();
      else other.once("finish", () => other.destroy());
    });
  }
}

/** So that the other side knows: it may hold its own direction open for as long as it only hears of an end. */
function cut(socket: net.Socket): void {
  if (socket.remotePort === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
