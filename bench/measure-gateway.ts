import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { Socket } from "node:net";
import { type Load, measureLoad } from "./load.ts";
import { quantile } from "./statistics.ts";

/** A way to the stand-in: directly, or through a proxy that wants these headers. */
export type Way = { readonly name: string; readonly port: number; readonly headers: Readonly<Record<string, string>> };
export type RoundTrips = { readonly p50Ms: number; readonly p99Ms: number; readonly count: number };
export type WayMeasure = { readonly way: Way; readonly small: Load; readonly megabytesPerSecond: number; readonly socket: RoundTrips };

const rounds = 3;
const largeBytes = 256 * 1024 * 1024;

/** Every way in turn, several times over, the best of each kept: neighbours on the machine make figures worse, never better. */
export async function measureWays(ways: readonly Way[]): Promise<WayMeasure[]> {
  const best = new Map<string, WayMeasure>();
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const small = await measureLoad({ port: way.port, paths: ["/api/status"], headers: way.headers }, 2);
      if (small.failed > 0) throw new Error(`${way.name} refused ${small.failed} requests`);
      const measured = { way, small, megabytesPerSecond: await download(way), socket: await pingPong(way, 3000) };
      const known = best.get(way.name);
      best.set(way.name, known ? better(known, measured) : measured);
    }
  }
  return [...best.values()];
}

function better(a: WayMeasure, b: WayMeasure): WayMeasure {
  return {
    way: a.way,
    small: a.small.perSecond >= b.small.perSecond ? a.small : b.small,
    megabytesPerSecond: Math.max(a.megabytesPerSecond, b.megabytesPerSecond),
    socket: a.socket.p50Ms <= b.socket.p50Ms ? a.socket : b.socket,
  };
}

async function download({ name, port, headers }: Way): Promise<number> {
  const began = performance.now();
  const request = http.get({ host: "127.0.0.1", port, path: `/large/${largeBytes}`, headers, agent: false });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  if (bytes !== largeBytes) throw new Error(`${name} gave ${bytes} bytes`);
  return bytes / 1024 / 1024 / ((performance.now() - began) / 1000);
}

/** So many small messages there and back, one at a time, on one socket; the first few hundred are not counted. */
export async function pingPong(way: Way, count: number, until: () => boolean = () => false): Promise<RoundTrips> {
  const socket = await openSocket(way);
  const message = Buffer.alloc(64, "a");
  const samples: number[] = [];
  let got = 0;
  let arrived: () => void = () => {};
  socket.on("data", (chunk: Buffer) => {
    got += chunk.length;
    if (got >= message.length) arrived();
  });
  const warm = Math.min(300, Math.ceil(count / 10));
  for (let number = 0; number < count && !until(); number++) {
    got = 0;
    const back = new Promise<void>((resolve) => (arrived = resolve));
    const began = performance.now();
    socket.write(message);
    await back;
    if (number >= warm) samples.push(performance.now() - began);
  }
  socket.destroy();
  if (samples.length === 0) throw new Error(`${way.name}: no round trip was counted`);
  return { p50Ms: quantile(samples, 0.5), p99Ms: quantile(samples, 0.99), count: samples.length };
}

async function openSocket({ name, port, headers }: Way): Promise<Socket> {
  const request = http.request({
    host: "127.0.0.1",
    port,
    path: "/api/kernels/1/channels",
    headers: { ...headers, connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "c2hlYWYgYmVuY2htYXJrIQ==" },
    agent: false,
  });
  request.end();
  const [response, socket] = (await Promise.race([
    once(request, "upgrade"),
    once(request, "response").then(([answer]) => Promise.reject(new Error(`${name} refused the socket: ${answer.statusCode}`))),
  ])) as [http.IncomingMessage, Socket];
  if (response.statusCode !== 101) throw new Error(`${name} refused the socket: ${response.statusCode}`);
  socket.setNoDelay(true);
  return socket;
}

/** Round trips through a proxy that serves pages to others all the while. */
export async function pingPongUnderLoad(
  way: Way,
  pages: { readonly headers: Readonly<Record<string, string>>; readonly paths: readonly string[] },
): Promise<{ socket: RoundTrips; pages: Load }> {
  const seconds = 6;
  const press = spawn(process.execPath, ["bench/press-pages.ts", String(way.port), JSON.stringify(pages.headers), String(seconds), ...pages.paths], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  press.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  let isOver = false;
  const ended = once(press, "close").then(() => (isOver = true));
  // Until the other process is up and pressing.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const socket = await pingPong(way, 1_000_000, () => isOver);
  await ended;
  return { socket, pages: JSON.parse(said) as Load };
}
