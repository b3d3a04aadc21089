import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRelay, type Relay } from "./relay.ts";

describe("a port that leads to a socket", () => {
  let folder: string;
  let server: net.Server;
  let relay: Relay;
  const begin = async (serve: (socket: net.Socket) => void): Promise<void> => {
    const socketPath = path.join(folder, "lab.sock");
    server = net.createServer({ allowHalfOpen: true }, (socket) => serve(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    relay = await openRelay(socketPath, "127.0.0.1");
  };
  const connect = (): net.Socket => net.connect({ host: relay.host, port: relay.port, allowHalfOpen: true }).on("error", () => undefined);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "relay-"));
  });
  afterEach(async () => {
    await relay.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("passes both directions on, and the end of one is not the end of the other", async () => {
    await begin((socket) => void text(socket).then((said) => socket.end(`heard ${said}`)));
    const socket = connect();
    socket.end("hello");
    expect(await text(socket)).toBe("heard hello");
  });

  test("waits for whoever reads slowly", async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    let written = 0;
    await begin((socket) => {
      const write = (): void => {
        while (written < 200 && !socket.destroyed) {
          written += 1;
          if (!socket.write(chunk)) return void socket.once("drain", write);
        }
        socket.end();
      };
      write();
    });
    const socket = connect();
    await once(socket, "connect");
    let before = -1;
    while (before !== written) {
      before = written;
      await sleep(300);
    }
    expect(written).toBeLessThan(100);
    let bytes = 0;
    for await (const part of socket) bytes += (part as Buffer).length;
    expect(bytes).toBe(200 * chunk.length);
  });

  test("listens nowhere but on its address, and closing cuts what is open", async () => {
    await begin(() => undefined);
    expect(relay.host).toBe("127.0.0.1");
    const other = net.connect({ host: "127.0.0.2", port: relay.port });
    expect(((await once(other, "error")) as [NodeJS.ErrnoException])[0].code).toBe("ECONNREFUSED");
    const socket = connect();
    await once(socket, "connect");
    const closed = closing(socket);
    socket.resume();
    await relay.close();
    await closed;
    await closing(connect());
  });

  test("without a lab behind it, whoever comes is cut off", async () => {
    await begin(() => undefined);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const socket = connect();
    socket.resume();
    await closing(socket);
  });
});

function closing(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
