import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { Socket } from "node:net";
import type { Load } from "./load.ts";
import { pressSmall, type Way } from "./press-small.ts";
import { endsWithUs } from "./proxies.ts";
import { quantile } from "./statistics.ts";

export type RoundTrips = { readonly p50Ms: number; readonly p99Ms: number; readonly count: number };
/** Of each round what was measured, in the order of rounds: what one round saw of two ways it saw side by side. */
export type WayMeasure = { readonly way: Way; readonly perSecond: number[]; readonly megabytesPerSecond: number[]; readonly sockets: RoundTrips[] };

const rounds = 11;
const connections = 8;
const largeBytes = 64 * 1024 * 1024;

/** Every way in turn, in many short rounds and in changing order: neighbours on the machine come and go, and meet them all. */
export async function measureWays(ways: readonly Way[]): Promise<WayMeasure[]> {
  const measured = ways.map((way): WayMeasure => ({ way, perSecond: [], megabytesPerSecond: [], sockets: [] }));
  // Before anything counts, every proxy has been compiled.
  for (const way of ways) await pressSmall(way, "/api/status", 2, connections);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? measured : [...measured].reverse();
    for (const one of order) one.perSecond.push(await pressSmall(one.way, "/api/status", 0.8, connections));
    for (const one of order) one.sockets.push(await pingPong(one.way, 1500));
    for (const one of order) one.megabytesPerSecond.push(await download(one.way));
  }
  return measured;
}

async function download({ name, port, headers }: Way): Promise<number> {
  const began = performance.now();
  const request = http.get({ host: "127.0.0.1", port, path: `/files/large/${largeBytes}`, headers, agent: false });
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
  endsWithUs(press);
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
