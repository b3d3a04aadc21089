import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { labs } from "#drizzle/schema/index.ts";
import { revokeSession } from "#server/usecases/revoke-session.ts";
import {
  as,
  ask,
  cookie,
  enter,
  folder,
  hostOf,
  lab,
  listen,
  newLab,
  openSocket,
  optionsOf,
  originOf,
  owner,
  port,
  session,
  untilTrue,
  upgradeAnswer,
  upgradeStatus,
  upstream,
  visitLabs,
  world,
} from "#tests/lab-visit.ts";
import { value } from "#tests/world.ts";

visitLabs();

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
  test("may hint before it answers, and may end an answer with its connection", async () => {
    expect(await ask({ path: "/hinted" })).toMatchObject({ status: 200, body: "ok" });
    expect(await ask({ path: "/until-close" })).toMatchObject({ status: 200, body: "all of it" });
  });
  test("whose words go on after an answer gives nobody else's answer with them", async () => {
    expect(await ask({ path: "/says-more" })).toMatchObject({ status: 200, body: "ok" });
    for (let turn = 0; turn < 3; turn++) expect((await ask({ path: "/" })).body).toBe("0");
    await expect(ask({ path: "/broken-chunks" })).rejects.toThrow(/aborted|hang up/);
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
  test("takes half a gigabyte and gives as much without it being kept here", async () => {
    const bytes = 512 * 1024 ** 2;
    const before = process.memoryUsage().rss;
    const up = await upload("/count", bytes);
    expect(up.body).toBe(String(bytes));
    const down = await download("/large");
    expect(down.bytes).toBe(bytes);
    expect((Math.max(up.peak, down.peak) - before) / 1024 ** 2).toBeLessThan(250);
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
  test("that a lab answers twice are answered once", async () => {
    const socket = net.connect(port, "127.0.0.1");
    let said = "";
    socket.on("data", (chunk) => (said += chunk));
    const closed = once(socket, "close");
    const head = [`host: ${hostOf(lab)}`, `origin: ${originOf(lab)}`, `cookie: ${cookie}`, "connection: Upgrade", "upgrade: websocket"];
    socket.write(`GET /two-answers HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`);
    await closed;
    expect(said.match(/HTTP\/1\.1 \d+ .*/g)).toEqual(["HTTP/1.1 200 OK"]);
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
    await world.store.updateUser(owner, { suspendedAt: new Date() });
    // Long before anybody would look at the sign-in again.
    await untilTrue(() => ended.socket && ended.stream);
    expect((await ask({ path: "/" })).status).toBe(401);
    await world.store.updateUser(owner, { suspendedAt: null });
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
