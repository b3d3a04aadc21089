import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { labs, users } from "#drizzle/schema/index.ts";
import type { LabId, ProjectId, SessionId, UserId } from "#lib/domain/ids.ts";
import { newId, randomText } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import { issueLabTicket } from "#server/usecases/issue-lab-ticket.ts";
import { revokeSession } from "#server/usecases/revoke-session.ts";
import { startSession } from "#server/usecases/start-session.ts";
import { byToken, code, createWorld, person, type TestWorld, value, visitor } from "#tests/world.ts";
import { createLabConnections } from "./lab-connections.ts";
import { createLabDoor } from "./lab-door.ts";
import { type MisbehavingLab, openMisbehavingLab } from "./misbehaving-lab-for-a-test.ts";
import { createGateway, type Gateway } from "./server.ts";

type Lab = { id: LabId; label: string; userId: UserId };

let world: TestWorld;
let folder: string;
let gateway: Gateway;
let port: number;
let upstream: MisbehavingLab;
let owner: UserId;
let session: SessionId;
let lab: Lab;
let cookie: string;
const lines: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  folder = await mkdtemp(path.join(tmpdir(), "sheaf-labs-"));
  upstream = await openMisbehavingLab(path.join(folder, "lab.sock"));
  owner = await world.user("ada", "author");
  gateway = open(world.services.config.publicUrl);
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

function open(publicUrl: string, hosts: "wildcard" | "port" = "wildcard", labPort = 0): Gateway {
  const log = createLogger("test", "debug", (line) => lines.push(line));
  return createGateway({
    site: { publicUrl, port: 3000, development: false, uploadBytes: 1e6, labs: { hosts, port: labPort, bodyBytes: 3e9 } },
    webPort: 1,
    trustedProxies: 0,
    health: () => ({ status: "ready", live: true, ready: true, parts: {} }),
    labs: createLabDoor({
      store: world.store,
      secret: world.services.config.secret ?? "",
      publicUrl,
      log,
      lookAgainMs: 200,
      connections: createLabConnections({ request: { lab: 20, all: 100 }, socket: { lab: 5, all: 100 } }),
    }),
    labFrames: "",
    log,
  });
}

async function newLab(userId: UserId, state: "ready" | "stopped" = "ready"): Promise<Lab> {
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

const as = (sessionId: SessionId, userId = owner) => world.as(person(userId, "ada", "author", sessionId));
const hostOf = (of: Lab) => `${of.label}.sheaf.localhost:3000`;
const originOf = (of: Lab) => `http://${hostOf(of)}`;

/** Through ticket and entrance, as the page's frame goes. */
async function enter(of: Lab, by: SessionId, userId = owner): Promise<string> {
  const { url } = value(await issueLabTicket(as(by, userId), { id: of.id, next: "/lab/tree/a.ipynb" }));
  const answer = await ask({ path: url.slice(originOf(of).length), lab: of, cookie: "" });
  expect(answer).toMatchObject({ status: 303, headers: { location: "/lab/tree/a.ipynb" } });
  return answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

describe("the way in", () => {
  test("is a ticket that becomes a cookie of that host alone", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    expect(url).toMatch(new RegExp(`^${originOf(lab)}/\\.sheaf/enter\\?ticket=[0-9a-z]{32}&next=%2Flab$`));
    const answer = await ask({ path: url.slice(originOf(lab).length), cookie: "" });
    expect(answer).toMatchObject({ status: 303, headers: { location: "/lab", "referrer-policy": "no-referrer", "cache-control": "no-store" } });
    expect(answer.headers["set-cookie"]).toHaveLength(1);
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/^sheaf-lab=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
  });
  test("opens once, however many ask at the same time", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ path: url.slice(originOf(lab).length), cookie: "" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403, 403, 403, 403, 403]);
    expect(await ask({ path: url.slice(originOf(lab).length), cookie })).toMatchObject({ status: 303 });
  });
  test("is not kept in readable form, and not for long", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    const ticket = new URL(url).searchParams.get("ticket") ?? "";
    const [row] = await world.database.connection.client`select count(*)::int as found from lab_tickets where ticket_hash like ${`%${ticket}%`}`;
    expect(row?.found).toBe(0);
    await world.database.connection.client`update lab_tickets set expires_at = now() - interval '1 second'`;
    expect(await ask({ path: url.slice(originOf(lab).length), cookie: "" })).toMatchObject({ status: 403 });
  });
  test("of one lab opens no other", async () => {
    const other = await newLab(owner);
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    expect(await ask({ path: url.slice(originOf(lab).length), lab: other, cookie: "" })).toMatchObject({ status: 403 });
    expect(await ask({ path: "/", lab: other })).toMatchObject({ status: 401 });
    expect(await ask({ path: "/", lab: other, cookie: cookie.replace(lab.label, other.label) })).toMatchObject({ status: 401 });
  });
  test("is given to its owner in a signed-in browser, and to nobody else", async () => {
    const stranger = await world.user(`eve${randomText(6)}`, "author");
    const administrator = await world.user(`adm${randomText(6)}`, "admin");
    expect(code(await issueLabTicket(world.as(person(stranger, "eve", "author")), { id: lab.id }))).toBe("not_found");
    expect(code(await issueLabTicket(world.as(person(administrator, "adm", "admin")), { id: lab.id }))).toBe("not_found");
    expect(code(await issueLabTicket(world.as(visitor()), { id: lab.id }))).toBe("not_found");
    expect(code(await issueLabTicket(world.as(byToken(owner, "ada")), { id: lab.id }))).toBe("forbidden");
    expect(code(await issueLabTicket(as(session), { id: "lab_nothing" }))).toBe("not_found");
  });
  test("is shut to pages elsewhere, and to anything but reading", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    const path = url.slice(originOf(lab).length);
    expect(await ask({ path, cookie: "", headers: { "sec-fetch-site": "cross-site" } })).toMatchObject({ status: 403 });
    expect(await ask({ path, cookie: "", method: "POST", headers: { origin: originOf(lab) } })).toMatchObject({ status: 404 });
    expect(await ask({ path: "/.sheaf/x" })).toMatchObject({ status: 404 });
  });
  test("is not written into any log", async () => {
    const { url } = value(await issueLabTicket(as(session), { id: lab.id }));
    await ask({ path: url.slice(originOf(lab).length), cookie: "" });
    await untilTrue(() => lines.some((line) => line.includes("/.sheaf/enter")));
    expect(lines.join("\n")).not.toContain(new URL(url).searchParams.get("ticket"));
    expect(lines.join("\n")).not.toContain("labsecret");
  });
});

describe("without a way in", () => {
  test.each(["", "sheaf-lab=x", "sheaf-lab=a.b.c.d", "next-auth.session-token=x"])("cookie %j: a page for people, a problem for programs", async (wrong) => {
    const page = await ask({ path: "/lab", cookie: wrong, headers: { accept: "text/html" } });
    expect(page).toMatchObject({ status: 401, headers: { "content-type": "text/html; charset=utf-8" } });
    expect(page.body).toContain("Open this lab from its project");
    const problem = await ask({ path: "/api/contents", cookie: wrong });
    expect(problem).toMatchObject({ status: 401, headers: { "content-type": "application/problem+json" } });
    expect(problem.headers["www-authenticate"]).toBeUndefined();
    expect(await upgradeStatus({ cookie: wrong })).toBe(401);
  });
  test("a changed cookie is no cookie", async () => {
    for (let index = "sheaf-lab=".length; index < cookie.length; index += 7) {
      const other = cookie[index] === "a" ? "b" : "a";
      expect((await ask({ path: "/", cookie: `${cookie.slice(0, index)}${other}${cookie.slice(index + 1)}` })).status).toBe(401);
    }
  });
  test("one that another lab's page set beside the true one changes nothing", async () => {
    expect((await ask({ path: "/", cookie: `sheaf-lab=${lab.label}.evil; ${cookie}` })).status).toBe(200);
    expect((await ask({ path: "/", cookie: `${cookie}; sheaf-lab=evil` })).status).toBe(200);
  });
  test("a host that no lab has answers like one that is somebody else's", async () => {
    expect((await ask({ path: "/", lab: { ...lab, label: "nobody" } })).status).toBe(401);
  });
});

describe("a lab", () => {
  test("gets its own cookies and its own token, and nothing that proves who somebody is to the app", async () => {
    await ask({ path: "/api/x?a=%20b", cookie: `next-auth.session-token=app; ${cookie}; _xsrf=1`, headers: { authorization: "Bearer sheaf_token" } });
    const last = upstream.seen.at(-1);
    expect(last).toMatchObject({ target: "/api/x?a=%20b", headers: { cookie: "_xsrf=1", authorization: "token labsecret", host: hostOf(lab) } });
    expect(JSON.stringify(last)).not.toMatch(/next-auth|sheaf_token|sheaf-lab/);
  });
  test("cannot speak beyond its own host", async () => {
    const { headers } = await ask({ path: "/hostile-headers" });
    expect(headers["set-cookie"]).toEqual(["_xsrf=1; Path=/"]);
    expect(headers["content-security-policy"]).toBe(`sandbox allow-scripts, frame-ancestors http://sheaf.localhost:3000`);
    for (const name of ["x-frame-options", "clear-site-data", "service-worker-allowed", "access-control-allow-origin", "strict-transport-security"])
      expect(headers[name]).toBeUndefined();
  });
  test.each(["http://other.sheaf.localhost:3000", "http://sheaf.localhost:3000", "http://evil.example", "null"])(
    "hears nothing of what %s asks with its cookie",
    async (origin) => {
      const before = upstream.seen.length;
      expect(await upgradeStatus({ headers: { origin } })).toBe(403);
      expect((await ask({ method: "POST", path: "/api/kernels", headers: { origin }, body: ["{}"] })).status).toBe(403);
      expect((await ask({ path: "/api/contents", headers: { origin, "sec-fetch-mode": "cors", "sec-fetch-site": "same-site" } })).status).toBe(403);
      expect((await ask({ path: "/x.js", headers: { "sec-fetch-mode": "no-cors", "sec-fetch-site": "same-site" } })).status).toBe(403);
      expect(upstream.seen.length).toBe(before);
    },
  );
  test("that does not run tells people so, and programs in a way that keeps an open page alive", async () => {
    const stopped = await newLab(owner, "stopped");
    const own = await enter(stopped, session);
    const page = await ask({ path: "/lab", lab: stopped, cookie: own, headers: { accept: "text/html" } });
    expect(page).toMatchObject({ status: 503, headers: { "retry-after": "3" } });
    expect(page.body).toContain("This lab is not running");
    expect(await ask({ path: "/api/status", lab: stopped, cookie: own })).toMatchObject({
      status: 503,
      headers: { "content-type": "application/problem+json" },
    });
    expect(await upgradeStatus({ lab: stopped, cookie: own })).toBe(503);
  });
  test("whose socket has gone is one that does not run", async () => {
    await world.database.connection.db
      .update(labs)
      .set({ address: { kind: "socket", path: path.join(folder, "gone.sock") } })
      .where(eq(labs.id, lab.id));
    await world.store.notify("lab_changed", lab.id);
    await untilTrue(async () => (await ask({ path: "/api/status" })).status === 503);
    expect(await upgradeStatus({})).toBe(503);
  });
  test("is reached by a port as well", async () => {
    const server = http.createServer((_request, response) => response.end("by port"));
    const tcp = await listen(server);
    await world.database.connection.db
      .update(labs)
      .set({ address: { kind: "tcp", host: "127.0.0.1", port: tcp } })
      .where(eq(labs.id, lab.id));
    await world.store.notify("lab_changed", lab.id);
    await untilTrue(async () => (await ask({ path: "/" })).body === "by port");
    server.closeAllConnections();
    server.close();
  });
  test("that says too much in its headers, or nothing readable, is a bad gateway", async () => {
    expect((await ask({ path: "/huge-headers" })).status).toBe(502);
    expect((await ask({ path: "/garbage" })).status).toBe(502);
    expect((await ask({ path: "/close-at-once" })).status).toBe(502);
    expect((await ask({ path: "/" })).status).toBe(200);
  });
  test("that breaks off half-way breaks off here too", async () => {
    await expect(ask({ path: "/half" })).rejects.toThrow(/aborted|hang up/);
  });
  test("that never answers is left when its asker leaves", async () => {
    const before = upstream.left();
    const request = http.get({ port, host: "127.0.0.1", path: "/never", headers: { host: hostOf(lab), cookie } });
    request.on("error", () => {});
    await untilTrue(() => upstream.seen.at(-1)?.target === "/never");
    request.destroy();
    await untilTrue(() => upstream.left() > before);
  });
  test("may stream events, which arrive as they happen", async () => {
    const arrivals: number[] = [];
    await new Promise<void>((resolve) => {
      const request = http.get({ port, host: "127.0.0.1", path: "/events", headers: { host: hostOf(lab), cookie } }, (response) =>
        response.on("data", () => {
          arrivals.push(performance.now());
          if (arrivals.length === 2) resolve(void request.destroy());
        }),
      );
      request.on("error", () => {});
    });
    expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(150);
  });
  test("answers HEAD, nothing, and unchanged without a body, on connections that are used again", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const before = upstream.connections();
    for (const [method, path, status] of [
      ["HEAD", "/", 200],
      ["GET", "/nothing", 204],
      ["GET", "/unchanged", 304],
      ["GET", "/", 200],
    ] as const)
      expect((await ask({ method, path, agent })).status).toBe(status);
    agent.destroy();
    // undici ends a connection after HEAD; all else shares one.
    expect(upstream.connections() - before).toBeLessThanOrEqual(2);
  });
  test("is asked again where a kept connection closed as it was used", async () => {
    await ask({ path: "/" });
    expect((await ask({ path: "/close-kept-once" })).status).toBe(200);
  });
  test("takes a gigabyte and gives one without it being kept here", async () => {
    const bytes = 1024 ** 3;
    const before = process.memoryUsage().rss;
    const up = await upload("/count", bytes);
    expect(up.body).toBe(String(bytes));
    const down = await download("/gigabyte");
    expect(down.bytes).toBe(bytes);
    expect((Math.max(up.peak, down.peak) - before) / 1024 ** 2).toBeLessThan(300);
  });
  test("is not asked by more than it may be at once", async () => {
    const requests = Array.from({ length: 25 }, () =>
      http.get({ port, host: "127.0.0.1", path: "/never", headers: { host: hostOf(lab), cookie }, agent: false }),
    );
    const statuses: number[] = [];
    for (const request of requests) request.on("error", () => {}).on("response", (response) => statuses.push(response.statusCode ?? 0));
    await untilTrue(() => statuses.length === 5);
    expect(new Set(statuses)).toEqual(new Set([503]));
    for (const request of requests) request.destroy();
    await untilTrue(async () => (await ask({ path: "/" })).status === 200);
  });
});

describe("sockets", () => {
  test("carry every byte both ways", async () => {
    const socket = await openSocket();
    const sent = randomBytes(5_000_000);
    const got: Buffer[] = [];
    socket.on("data", (chunk) => got.push(chunk));
    socket.write(sent);
    await untilTrue(() => got.reduce((sum, { length }) => sum + length, 0) >= sent.length);
    expect(createHash("sha256").update(Buffer.concat(got)).digest("hex")).toBe(createHash("sha256").update(sent).digest("hex"));
    socket.destroy();
    await untilTrue(() => upstream.sockets.size === 0);
  });
  test("may be half-closed: what the lab says after that arrives", async () => {
    const socket = await openSocket("/late-words");
    let got = "";
    socket.on("data", (chunk) => (got += chunk));
    socket.end("bye");
    await untilTrue(() => got === "after bye");
  });
  test("hold a lab back that says more than anybody reads", async () => {
    const socket = await openSocket("/flood");
    socket.pause();
    await pause(1000);
    expect(upstream.flooded()).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();
  });
  test("that a lab refuses are refused with its own words, and carry nothing more", async () => {
    const { status, body } = await upgradeAnswer({ path: "/refused" });
    expect({ status, body }).toEqual({ status: 418, body: "no kernel" });
  });
  test("get the lab's own token, and only its own cookies", async () => {
    const socket = await openSocket();
    expect(upstream.seen.at(-1)?.headers).toMatchObject({ authorization: "token labsecret", upgrade: "websocket" });
    expect(upstream.seen.at(-1)?.headers.cookie).toBeUndefined();
    socket.destroy();
  });
  test("are bounded", async () => {
    const open = await Promise.all(Array.from({ length: 5 }, () => openSocket()));
    expect(await upgradeStatus({})).toBe(503);
    for (const socket of open) socket.destroy();
    await untilTrue(async () => (await upgradeStatus({})) === 101);
  });
});

describe("what is open ends at once", () => {
  /** A socket and a stream, and when they ended. */
  async function openBoth() {
    const socket = await openSocket();
    const ended = { socket: false, stream: false };
    socket.once("close", () => (ended.socket = true));
    const request = http.get({ port, host: "127.0.0.1", path: "/events", headers: { host: hostOf(lab), cookie } }, (response) => {
      response.resume();
      response.once("close", () => (ended.stream = true));
    });
    request.on("error", () => (ended.stream = true));
    await untilTrue(() => upstream.seen.at(-1)?.target === "/events");
    return ended;
  }
  test("when the sign-in is revoked", async () => {
    const ended = await openBoth();
    value(await revokeSession(as(session), { sessionId: session }));
    await untilTrue(() => ended.socket && ended.stream, 2000);
    expect((await ask({ path: "/" })).status).toBe(401);
    expect(await upgradeStatus({})).toBe(401);
  });
  test("when the person is suspended", async () => {
    const ended = await openBoth();
    await world.database.connection.db.update(users).set({ suspendedAt: new Date() }).where(eq(users.id, owner));
    await world.store.notify("session_revoked", session);
    await untilTrue(() => ended.socket && ended.stream);
    await world.database.connection.db.update(users).set({ suspendedAt: null }).where(eq(users.id, owner));
  });
  test("when the lab is stopped, and the same cookie serves when it is back", async () => {
    const ended = await openBoth();
    await world.database.connection.db.update(labs).set({ state: "stopped" }).where(eq(labs.id, lab.id));
    await world.store.notify("lab_changed", lab.id);
    await untilTrue(() => ended.socket && ended.stream, 2000);
    expect((await ask({ path: "/api/status" })).status).toBe(503);
    await world.database.connection.db.update(labs).set({ state: "ready", generation: 2 }).where(eq(labs.id, lab.id));
    await world.store.notify("lab_changed", lab.id);
    await untilTrue(async () => (await ask({ path: "/" })).status === 200);
  });
  test("but not when something else of the lab changes", async () => {
    const ended = await openBoth();
    await world.database.connection.db.update(labs).set({ busy: "kernel" }).where(eq(labs.id, lab.id));
    await world.store.notify("lab_changed", lab.id);
    await pause(500);
    expect(ended).toEqual({ socket: false, stream: false });
  });
});

describe("where labs share a second port", () => {
  let shared: Gateway;
  let sharedPort: number;
  beforeAll(async () => {
    const probe = net.createServer();
    sharedPort = await listen(probe);
    await new Promise((resolve) => probe.close(resolve));
    shared = open("http://sheaf.localhost:3000", "port", sharedPort);
    await new Promise<void>((resolve) => shared.labServer?.listen(sharedPort, "127.0.0.1", resolve));
  });
  afterAll(() => shared.close());

  test("each has a folder, its cookie is for that folder, and the app's cookies stay outside", async () => {
    const config = { ...world.services.config, labs: { ...world.services.config.labs, hosts: "port" as const, port: sharedPort } };
    const { url } = value(await issueLabTicket({ ...as(session), config }, { id: lab.id, next: "lab/tree/a" }));
    expect(url).toContain(`http://sheaf.localhost:${sharedPort}/labs/${lab.label}/.sheaf/enter?ticket=`);
    const there = { port: sharedPort, headers: { host: `sheaf.localhost:${sharedPort}` } };
    const entered = await ask({ ...there, path: new URL(url).pathname + new URL(url).search, cookie: "" });
    expect(entered).toMatchObject({ status: 303, headers: { location: `/labs/${lab.label}/lab/tree/a` } });
    expect(entered.headers["set-cookie"]?.[0]).toContain(`Path=/labs/${lab.label}/;`);
    const own = entered.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect(await ask({ ...there, path: `/labs/${lab.label}/api/x`, cookie: `${own}; next-auth.session-token=app` })).toMatchObject({ status: 200 });
    expect(upstream.seen.at(-1)).toMatchObject({ target: `/labs/${lab.label}/api/x` });
    expect(upstream.seen.at(-1)?.headers.cookie).toBeUndefined();
    expect((await ask({ ...there, path: "/labs/other/api/x", cookie: own })).status).toBe(401);
    expect((await ask({ ...there, path: "/api/x", cookie: own })).status).toBe(404);
  });
});

test("two cookies of one name of ours are asked for again without the false one", async () => {
  const answer = await ask({
    path: "/projects/x?a=1",
    headers: { host: "sheaf.localhost:3000" },
    cookie: "next-auth.session-token=a; next-auth.session-token=b",
  });
  expect(answer).toMatchObject({ status: 307, headers: { location: "http://sheaf.localhost:3000/projects/x?a=1" } });
  expect(answer.headers["set-cookie"]).toContain("next-auth.session-token=; Domain=sheaf.localhost; Path=/projects; Max-Age=0");
  const elsewhere = await ask({ path: "//evil.example/", headers: { host: "sheaf.localhost:3000" }, cookie: "sheaf_visitor=a; sheaf_visitor=b" });
  expect(elsewhere.headers.location).toBe("http://sheaf.localhost:3000//evil.example/");
});

test("what is known goes on while the database is away", async () => {
  let isAway = false;
  const unless =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A) =>
      isAway ? Promise.reject(new Error("away")) : work(...given);
  const { store } = world;
  const door = createLabDoor({
    store: {
      findLabByLabel: unless(store.findLabByLabel),
      findLiveSession: unless(store.findLiveSession),
      redeemLabTicket: unless(store.redeemLabTicket),
      listen: store.listen,
    },
    secret: world.services.config.secret ?? "",
    publicUrl: world.services.config.publicUrl,
    log: createLogger("test", "fatal"),
  });
  const own = createGateway({
    site: { publicUrl: "http://sheaf.localhost:3000", port: 3000, development: false, uploadBytes: 1, labs: { hosts: "wildcard", port: 0, bodyBytes: 1e6 } },
    webPort: 1,
    trustedProxies: 0,
    health: () => ({ status: "ready", live: true, ready: true, parts: {} }),
    labs: door,
    labFrames: "",
    log: createLogger("test", "fatal"),
  });
  const ownPort = await listen(own.server);
  expect((await ask({ path: "/", port: ownPort })).status).toBe(200);
  isAway = true;
  await world.store.notify("lab_changed", lab.id);
  await world.store.notify("session_revoked", session);
  await pause(200);
  expect((await ask({ path: "/", port: ownPort })).status).toBe(200);
  const other = await newLab(owner);
  isAway = false;
  const otherCookie = await enter(other, session);
  isAway = true;
  expect((await ask({ path: "/", lab: other, cookie: otherCookie, port: ownPort })).status).toBe(503);
  await own.close();
});

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

function optionsOf({ method = "GET", path, headers = {}, agent, lab: of = lab, cookie: own = cookie, port: other }: Asked): http.RequestOptions {
  return {
    host: "127.0.0.1",
    port: other ?? port,
    method,
    path,
    headers: { host: hostOf(of), ...(own ? { cookie: own } : {}), ...headers },
    agent: agent ?? false,
  };
}

function ask(asked: Asked): Promise<Answered> {
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

async function upload(target: string, bytes: number): Promise<{ body: string; peak: number }> {
  const chunk = Buffer.alloc(1024 * 1024);
  let peak = 0;
  const request = http.request(optionsOf({ method: "PUT", path: target, headers: { origin: originOf(lab), "content-length": String(bytes) } }));
  const answered = new Promise<string>((resolve, reject) => {
    request.once("error", reject).once("response", (response) => {
      let body = "";
      response.on("data", (part) => (body += part)).on("end", () => resolve(body));
    });
  });
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    if (!request.write(chunk)) await new Promise((resolve) => request.once("drain", resolve));
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  request.end();
  return { body: await answered, peak };
}

function download(target: string): Promise<{ bytes: number; peak: number }> {
  return new Promise((resolve, reject) => {
    const got = { bytes: 0, peak: 0 };
    http
      .get(optionsOf({ path: target }), (response) => {
        response.on("data", (chunk: Buffer) => {
          got.bytes += chunk.length;
          if (got.bytes % (16 * 1024 * 1024) < chunk.length) got.peak = Math.max(got.peak, process.memoryUsage().rss);
        });
        response.on("end", () => resolve(got)).on("error", reject);
      })
      .once("error", reject);
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

function upgradeAnswer(asked: Upgraded): Promise<{ status: number; body: string }> {
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

const upgradeStatus = async (asked: Upgraded) => (await upgradeAnswer(asked)).status;

function openSocket(target = "/api/kernels/1/channels"): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const request = upgradeRequest({ path: target });
    request.once("upgrade", (_response, socket: net.Socket) => {
      socket.on("error", () => {});
      resolve(socket);
    });
    request.once("response", (response) => reject(new Error(`refused: ${response.statusCode}`)));
    request.once("error", reject);
    request.end();
  });
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

async function untilTrue(check: () => boolean | Promise<boolean>, milliseconds = 15_000): Promise<void> {
  const until = Date.now() + milliseconds;
  while (!(await check())) {
    if (Date.now() > until) throw new Error("It did not become true in time.");
    await pause(20);
  }
}
