import { spawn } from "node:child_process";
import { once } from "node:events";
import { eq } from "drizzle-orm";
import { request } from "undici";
import { labs } from "#drizzle/schema/index.ts";
import { freePort } from "#server/free-port.ts";
import { newId, randomText } from "#server/ids.ts";
import { issueLabTicket } from "#server/usecases/issue-lab-ticket.ts";
import { startSession } from "#server/usecases/start-session.ts";
import { testDatabaseVariable } from "#tests/database.ts";
import { startNginx, whyNoNginx } from "#tests/nginx.ts";
import { runningDatabaseUrl } from "#tests/running-database.ts";
import { createWorld, person, value } from "#tests/world.ts";
import { measureWays, pingPongUnderLoad, type WayMeasure } from "./measure-gateway.ts";
import type { Way } from "./press-small.ts";
import { endsWithUs, listens, type OpenProxy, openConfigurableHttpProxy, openNginx } from "./proxies.ts";
import { against } from "./report.ts";
import type { Bench } from "./run.ts";
import { median, milliseconds, table, times } from "./statistics.ts";

const secret = "a secret for a benchmark, of forty characters";

/** The gateway in front of labs, beside what others put in front of them: all before one stand-in, in turn. */
export async function reportGateway({ server, visitor, report }: Pick<Bench, "server" | "visitor" | "report">): Promise<void> {
  const standIn = spawn(process.execPath, ["bench/lab-stand-in.ts"], { stdio: ["ignore", "pipe", "inherit"] });
  endsWithUs(standIn);
  const upstreamPort = Number(String((await once(standIn.stdout, "data"))[0]).trim());
  const closing: (() => Promise<void>)[] = [async () => void standIn.kill()];
  try {
    const gateway = await openGateway(server.dataFolder, upstreamPort, server.port, server.publicUrl);
    closing.push(gateway.close);
    const front = whyNoNginx() === null ? await openFront(gateway, server.publicUrl) : null;
    if (front) closing.push(front.close);
    const others = [front, await openNginx(upstreamPort), await openConfigurableHttpProxy(upstreamPort)].filter((one): one is OpenProxy => one !== null);
    closing.push(...others.filter((one) => one !== front).map(({ close }) => close));
    const direct: Way = { name: "direct", port: upstreamPort, headers: {} };
    const measured = await measureWays([direct, gateway.way, ...others.map(({ way }) => way)]);
    const { items } = await visitor.worksheets("?limit=5");
    const paths = ["/", ...items.map(({ slug }) => `/worksheets/${slug}`)];
    const loaded = await pingPongUnderLoad(gateway.way, { headers: visitor.headers(), paths });
    const row = ({ way, perSecond, megabytesPerSecond, sockets }: WayMeasure) => [
      way.name,
      Math.round(median(perSecond)).toLocaleString("en"),
      Math.round(median(megabytesPerSecond)).toLocaleString("en"),
      milliseconds2(median(sockets.map(({ p50Ms }) => p50Ms))),
      milliseconds2(median(sockets.map(({ p99Ms }) => p99Ms))),
    ];
    report.add(
      "Gateway to labs",
      "Small requests on 8 connections, a download of 64 MB, and messages of 64 bytes there and back on one socket: medians of 11 short rounds, each asking all in turn; compared is what the same round saw. The gateway knows each time whose lab it is, by its cookie, the sign-in and the origin. nginx before it, as operators get it, asks it about the download and carries that itself; small requests and sockets go through both. The others ask nobody.",
      table(["", "requests/s", "MB/s", "socket p50", "socket p99"], measured.map(row)),
      `Through the gateway while it serves ${Math.round(loaded.pages.perSecond)} pages/s: socket p50 ${milliseconds2(loaded.socket.p50Ms)}, p99 ${milliseconds2(loaded.socket.p99Ms)} (${loaded.socket.count.toLocaleString("en")} round trips).`,
      ...aims(measured, loaded.socket.p99Ms),
    );
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function aims(measured: readonly WayMeasure[], loadedP99Ms: number): string[] {
  const named = (name: string) => measured.find(({ way }) => way.name.startsWith(name));
  const [own, chp, front] = [named("Sheaf"), named("configurable"), named("nginx before")];
  const nginx = measured.find(({ way }) => /^nginx \d/.test(way.name));
  const direct = named("direct");
  if (!own) return [];
  const said: string[] = [];
  if (chp) {
    const ratio = median(ratios(own.perSecond, chp.perSecond));
    said.push(against(`small requests 2.5 times as fast as ${chp.way.name} (it is ${times(ratio)})`, ratio >= 2.5));
  } else said.push("configurable-http-proxy: skipped, it could not be fetched.");
  if (nginx) {
    const ratio = median(ratios(middleOf(own), middleOf(nginx)));
    // A tenth is less than one run differs from the next.
    said.push(against(`sockets level with ${nginx.way.name} (round trips take ${times(ratio)} as long)`, ratio <= 1.1));
  } else said.push("nginx: skipped, it is not installed.");
  if (front && direct) {
    const small = median(ratios(front.perSecond, direct.perSecond));
    said.push(against(`small requests with nginx before the gateway, 0.54 of what is had directly (it is ${small.toFixed(2)})`, small >= 0.54));
    const large = median(ratios(front.megabytesPerSecond, direct.megabytesPerSecond));
    said.push(against(`a large download by an nginx that asks the gateway, 0.95 of what is had directly (it is ${large.toFixed(2)})`, large >= 0.95));
    const trip = median(ratios(middleOf(direct), middleOf(front)));
    said.push(
      against(`a socket with nginx before the gateway, 0.95 of the round trips a second that are had directly (it is ${trip.toFixed(2)})`, trip >= 0.95),
    );
  }
  said.push(against("p99 of a socket's round trip under 2 ms while pages are under load", loadedP99Ms < 2));
  return [said.map((line) => `- ${line}`).join("\n")];
}

const middleOf = ({ sockets }: WayMeasure): number[] => sockets.map(({ p50Ms }) => p50Ms);
const ratios = (of: readonly number[], to: readonly number[]): number[] => of.map((value, round) => value / (to[round] ?? Number.NaN));

const milliseconds2 = (ms: number): string => (ms < 10 ? `${ms.toFixed(2)} ms` : milliseconds(ms));

type OpenGateway = OpenProxy & { readonly decisions: string };

/** nginx as operators get it: it asks the gateway about what may be large and then goes to the lab itself; the rest passes through both. */
async function openFront(gateway: OpenGateway, publicUrl: string): Promise<OpenProxy> {
  const nginx = await startNginx({ publicUrl, gateway: `127.0.0.1:${gateway.way.port}`, decisions: gateway.decisions });
  return { way: { ...gateway.way, name: "nginx before it", port: nginx.port }, close: nginx.close };
}

/** A gateway of its own before the stand-in; pages it takes from the server that is measured. */
async function openGateway(dataFolder: string, upstreamPort: number, webPort: number, publicUrl: string): Promise<OpenGateway> {
  process.env[testDatabaseVariable] = await runningDatabaseUrl(dataFolder);
  const world = await createWorld({ SHEAF_SECRET: secret, SHEAF_URL: publicUrl });
  const userId = await world.user("bench", "author");
  const row = { id: newId("lab"), userId, projectId: null, label: randomText(20), startedAt: new Date(), keptAt: null };
  await world.store.insertLab(row);
  await world.database.connection.db
    .update(labs)
    .set({ state: "ready", address: { kind: "tcp", host: "127.0.0.1", port: upstreamPort }, secret: "s" })
    .where(eq(labs.id, row.id));
  const sessionId = await startSession(world.services, { userId, userAgent: null });
  const { url } = value(await issueLabTicket(world.as(person(userId, "bench", "author", sessionId)), { id: row.id }));
  const port = await freePort();
  const decisions = `127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, ["server/gateway/main.ts"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      SHEAF_PORT: String(port),
      SHEAF_INTERNAL_LISTEN: decisions,
      SHEAF_URL: publicUrl,
      SHEAF_SECRET: secret,
      SHEAF_WEB_PORT: String(webPort),
      DATABASE_URL: world.database.url,
      SHEAF_LOG_LEVEL: "warn",
      NODE_ENV: "production",
    },
  });
  endsWithUs(child);
  await listens(port);
  const { host, origin, pathname, search } = new URL(url);
  const entered = await fetchThrough(port, `${pathname}${search}`, host);
  return {
    decisions,
    way: { name: "Sheaf's gateway", port, headers: { host, cookie: entered, origin } },
    async close() {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
      await world.close();
    },
  };
}

async function fetchThrough(port: number, path: string, host: string): Promise<string> {
  const answer = await request(`http://127.0.0.1:${port}${path}`, { headers: { host } });
  await answer.body.dump();
  const cookie = [answer.headers["set-cookie"] ?? []].flat()[0]?.split(";")[0];
  if (!cookie) throw new Error(`The gateway let nobody in: ${answer.statusCode}`);
  return cookie;
}
