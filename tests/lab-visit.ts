import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type net from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { labs } from "#drizzle/schema/index.ts";
import type { LabId, ProjectId, SessionId, UserId } from "#lib/domain/ids.ts";
import type { Site } from "#lib/gateway/decide.ts";
import { createLabConnections } from "#server/gateway/lab-connections.ts";
import { createLabDoor, type LabDoor } from "#server/gateway/lab-door.ts";
import { type MisbehavingLab, openMisbehavingLab } from "#server/gateway/misbehaving-lab-for-a-test.ts";
import { createGateway, type Gateway } from "#server/gateway/server.ts";
import { newId, randomText } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import { issueLabTicket } from "#server/usecases/issue-lab-ticket.ts";
import { startSession } from "#server/usecases/start-session.ts";
import { createWorld, person, type TestWorld, value } from "./world.ts";

export type Lab = { id: LabId; label: string; userId: UserId };

export let world: TestWorld;
export let folder: string;
export let gateway: Gateway;
export let port: number;
export let upstream: MisbehavingLab;
export let owner: UserId;
export let session: SessionId;
export let lab: Lab;
export let cookie: string;
export const lines: string[] = [];

/** What each file of these tests stands on: a lab of one's own, and the cookie for it. */
export function visitLabs(): void {
  beforeAll(async () => {
    world = await createWorld();
    folder = await mkdtemp(path.join(tmpdir(), "sheaf-labs-"));
    upstream = await openMisbehavingLab(path.join(folder, "lab.sock"));
    owner = await world.user("ada", "author");
    gateway = openGateway(world.services.config.publicUrl);
    port = await listen(gateway.server);
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    session = await startSession(world.services, { userId: owner, userAgent: null });
    lab = await newLab(owner);
    cookie = await enter(lab, session);
  });
}

const log = createLogger("test", "debug", (line) => lines.push(line));

export const siteOf = (publicUrl: string, hosts: "wildcard" | "port" = "wildcard", labPort = 0): Site => ({
  publicUrl,
  port: 3000,
  development: false,
  uploadBytes: 1e6,
  labs: { hosts, port: labPort, bodyBytes: 3e9 },
});

export function openGateway(publicUrl: string, hosts: "wildcard" | "port" = "wildcard", labPort = 0, labs = openDoor(publicUrl), trustedProxies = 0): Gateway {
  return createGateway({
    site: siteOf(publicUrl, hosts, labPort),
    webPort: 1,
    trustedProxies,
    health: () => ({ status: "ready", live: true, ready: true, parts: {} }),
    labs,
    labFrames: "",
    log,
  });
}

export function openDoor(publicUrl: string): LabDoor {
  return createLabDoor({
    store: world.store,
    secret: world.services.config.secret ?? "",
    publicUrl,
    log,
    lookAgainMs: 200,
    connections: createLabConnections({ request: { lab: 20, all: 100 }, socket: { lab: 5, all: 100 } }),
  });
}

export async function newLab(userId: UserId, state: "ready" | "stopped" = "ready"): Promise<Lab> {
  const { projectSlug } = await world.worksheet(userId, randomText(8));
  const project = await world.store.findProject(projectSlug);
  const row = { id: newId("lab"), userId, projectId: project?.id as ProjectId, label: randomText(20), startedAt: new Date(), keptAt: null };
  await world.store.insertLab(row);
  await world.database.connection.db
    .update(labs)
    .set({ state, address: { kind: "socket", path: upstream.path }, secret: "labsecret" })
    .where(eq(labs.id, row.id));
  return row;
}

export const as = (sessionId: SessionId, userId = owner) => world.as(person(userId, "ada", "author", sessionId));
export const hostOf = (of: Lab) => `${of.label}.sheaf.localhost:3000`;
export const originOf = (of: Lab) => `http://${hostOf(of)}`;

/** Through ticket and entrance, as the page's frame goes. */
export async function enter(of: Lab, by: SessionId, userId = owner): Promise<string> {
  const { url } = value(await issueLabTicket(as(by, userId), { id: of.id, next: "/lab/tree/a.ipynb" }));
  const answer = await ask({ path: url.slice(originOf(of).length), lab: of, cookie: "" });
  expect(answer).toMatchObject({ status: 303, headers: { location: "/lab/tree/a.ipynb" } });
  return answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

type Asked = {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: (string | Buffer)[];
  agent?: http.Agent;
  lab?: Lab;
  cookie?: string;
  port?: number;
};
type Answered = { status: number; headers: http.IncomingHttpHeaders; body: string };

export function optionsOf({ method = "GET", path, headers = {}, agent, lab: of = lab, cookie: own = cookie, port: other }: Asked): http.RequestOptions {
  return {
    host: "127.0.0.1",
    port: other ?? port,
    method,
    path,
    headers: { host: hostOf(of), ...(own ? { cookie: own } : {}), ...headers },
    agent: agent ?? false,
  };
}

export function ask(asked: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request(optionsOf(asked), (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.once("error", reject);
    for (const part of asked.body ?? []) request.write(part);
    request.end();
  });
}

type Upgraded = Omit<Asked, "path"> & { path?: string };
const upgradeRequest = (asked: Upgraded) =>
  http.request(
    optionsOf({
      path: "/api/kernels/1/channels",
      ...asked,
      headers: { connection: "Upgrade", upgrade: "websocket", origin: originOf(asked.lab ?? lab), ...asked.headers },
    }),
  );

export function upgradeAnswer(asked: Upgraded): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = upgradeRequest(asked);
    request.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, body: "" });
    });
    request.once("response", (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk)).on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.once("error", reject);
    request.end();
  });
}

export const upgradeStatus = async (asked: Upgraded) => (await upgradeAnswer(asked)).status;

export function openSocket(target = "/api/kernels/1/channels", at = port): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const request = upgradeRequest({ path: target, port: at });
    request.once("upgrade", (_response, socket: net.Socket) => {
      socket.on("error", () => {});
      resolve(socket);
    });
    request.once("response", (response) => reject(new Error(`refused: ${response.statusCode}`)));
    request.once("error", reject);
    request.end();
  });
}

export function listen(server: net.Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

export async function untilTrue(check: () => boolean | Promise<boolean>, milliseconds = 15_000): Promise<void> {
  const until = Date.now() + milliseconds;
  while (!(await check())) {
    if (Date.now() > until) throw new Error("It did not become true in time.");
    await pause(20);
  }
}
