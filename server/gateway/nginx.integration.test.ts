import { execFileSync } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labs } from "#drizzle/schema/index.ts";
import { createLogger } from "#server/log.ts";
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
  openDoor,
  openGateway,
  openSocket,
  optionsOf,
  originOf,
  owner,
  session,
  siteOf,
  untilTrue,
  upgradeStatus,
  upstream,
  visitLabs,
  world,
} from "#tests/lab-visit.ts";
import { type RunningNginx, startNginx, whyNoNginx } from "#tests/nginx.ts";
import { value } from "#tests/world.ts";
import type { DirectWay } from "./direct-way.ts";
import { createInternalServer } from "./internal-server.ts";
import type { LabDoor } from "./lab-door.ts";
import type { Gateway } from "./server.ts";

const missing = whyNoNginx();

describe.skipIf(missing !== null)(`nginx in front${missing ? `: ${missing}` : ""}`, () => {
  visitLabs();
  let nginx: RunningNginx;
  let behind: Gateway;
  let internal: http.Server;
  let gateway: string;
  let decisions: string;
  const ways: (DirectWay | null)[] = [];

  beforeAll(async () => {
    const { publicUrl } = world.services.config;
    const door = openDoor(publicUrl);
    // What is decided is the door's; the test only listens.
    const heard: LabDoor = {
      ...door,
      async direct(decision, request) {
        const way = await door.direct(decision, request);
        ways.push(way);
        return way;
      },
    };
    behind = openGateway(publicUrl, "wildcard", 0, heard, 1);
    internal = createInternalServer({ site: siteOf(publicUrl), labs: heard, log: createLogger("test", "fatal"), metrics: async () => [] });
    const socket = path.join(folder, "decide.sock");
    await new Promise<void>((resolve) => internal.listen(socket, resolve));
    gateway = `127.0.0.1:${await listen(behind.server)}`;
    decisions = `unix:${socket}`;
    nginx = await startNginx({ publicUrl, gateway, decisions });
  });
  afterAll(async () => {
    await nginx?.close();
    internal?.closeAllConnections();
    internal?.close();
    await behind?.close();
  });

  /** By nginx; answers too which way it went. */
  async function askNginx(asked: Parameters<typeof ask>[0]) {
    ways.length = 0;
    const answer = await ask({ ...asked, port: nginx.port });
    return { ...answer, direct: ways.at(-1) !== undefined && ways.at(-1) !== null };
  }

  test("what is asked of a lab goes there directly, with the lab's own token and cookies alone", async () => {
    const answer = await askNginx({
      path: "/files/x?a=%20b",
      cookie: `next-auth.session-token=app; ${cookie}; _xsrf=1`,
      headers: { authorization: "Bearer sheaf_token" },
    });
    expect(answer).toMatchObject({ status: 200, direct: true });
    const last = upstream.seen.at(-1);
    expect(last).toMatchObject({ target: "/files/x?a=%20b", headers: { cookie: "_xsrf=1", authorization: "token labsecret", host: hostOf(lab) } });
    expect(JSON.stringify(last)).not.toMatch(/next-auth|sheaf_token|sheaf-lab/);
  });

  test("a large file goes in and out directly, and nobody keeps it on the way", async () => {
    const piece = Buffer.alloc(1024 * 1024, 1);
    const body = Array.from({ length: 40 }, () => piece);
    const sent = await askNginx({
      method: "PUT",
      path: "/api/contents/large.bin",
      headers: { origin: originOf(lab), "content-length": String(40 * piece.length) },
      body,
    });
    expect(sent).toMatchObject({ status: 200, direct: true, body: String(40 * piece.length) });
    const received = await new Promise<number>((resolve, reject) => {
      http.get(optionsOf({ path: "/files/large", port: nginx.port }), (response) => {
        let bytes = 0;
        response
          .on("data", (chunk: Buffer) => (bytes += chunk.length))
          .on("end", () => resolve(bytes))
          .on("error", reject);
      });
    });
    expect(received).toBe(512 * 1024 ** 2);
  });

  test.each(["/events", "/files/events"])("a stream of events at %s arrives as it happens", async (at) => {
    const request = http.get(optionsOf({ path: at, port: nginx.port }));
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const [first] = (await once(response, "data")) as [Buffer];
    expect(first.toString()).toBe("data: 1\n\n");
    request.destroy();
  });

  test("a lab cannot speak beyond its own host, nor lead nginx elsewhere", async () => {
    const { headers, direct } = await askNginx({ path: "/files/hostile-headers" });
    expect(direct).toBe(true);
    expect(headers["set-cookie"]).toBeUndefined();
    expect(headers["content-security-policy"]).toBe("sandbox allow-scripts, frame-ancestors http://sheaf.localhost:3000");
    for (const name of ["x-frame-options", "clear-site-data", "service-worker-allowed", "access-control-allow-origin", "strict-transport-security"])
      expect(headers[name]).toBeUndefined();
    const led = await askNginx({ path: "/files/led-elsewhere" });
    expect(led).toMatchObject({ status: 200, body: "its own words", direct: true });
    expect(JSON.stringify(led.headers)).not.toMatch(/x-accel|x-lab|labsecret/);
  });

  test.each([
    ["no cookie", { cookie: "" }, 401],
    ["a cookie that nobody signed", { cookie: "sheaf-lab=x.y.z.1.sig" }, 401],
    ["another site's page", { headers: { origin: "http://evil.example" } }, 403],
    ["another lab's page", { headers: { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" } }, 403],
  ])("with %s nothing reaches the lab", async (_, asked, status) => {
    const before = upstream.seen.length;
    for (const path of ["/api/contents", "/files/x"]) expect(await askNginx({ path, ...asked })).toMatchObject({ status, direct: false });
    expect(upstream.seen.length).toBe(before);
  });

  test("somebody else's cookie, or one of another lab, opens nothing", async () => {
    const other = await newLab(owner);
    const before = upstream.seen.length;
    expect(await askNginx({ path: "/files/x", lab: other })).toMatchObject({ status: 401, direct: false });
    expect(upstream.seen.length).toBe(before);
    expect(await askNginx({ path: "/files/x", lab: other, cookie: await enter(other, session) })).toMatchObject({ status: 200, direct: true });
  });

  test("what is small is the gateway's without a question", async () => {
    for (const asked of [{}, { method: "PUT", headers: { origin: originOf(lab), "content-length": "999999" }, body: [Buffer.alloc(999_999)] }]) {
      expect(await askNginx({ path: "/api/contents/x.ipynb", ...asked })).toMatchObject({ status: 200, direct: false });
      expect(ways).toEqual([]);
    }
    const body = [Buffer.alloc(1_000_000)];
    expect(await askNginx({ method: "PUT", path: "/api/contents/x", headers: { origin: originOf(lab), "content-length": "1000000" }, body })).toMatchObject({
      status: 200,
      direct: true,
    });
  });

  test("of what is small no word is lost: what only asks for its head, what waits to be asked for its body", async () => {
    expect(await askNginx({ method: "HEAD", path: "/api/x" })).toMatchObject({ status: 200, direct: false, body: "" });
    for (const path of ["/api/x", "/files/x"]) {
      const request = http.request(
        optionsOf({ method: "PUT", path, port: nginx.port, headers: { origin: originOf(lab), expect: "100-continue", "content-length": "4" } }),
      );
      request.flushHeaders();
      await once(request, "continue");
      request.end("rye!");
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      expect(response.statusCode).toBe(200);
      response.resume();
    }
  });

  test.each(["/never", "/files/never"])("of one lab only so many requests at once are waited for at %s", async (at) => {
    const narrow = await startNginx({ publicUrl: world.services.config.publicUrl, gateway, decisions, connections: 2 });
    const before = upstream.seen.length;
    const waiting = [1, 2].map(() => http.get(optionsOf({ path: at, port: narrow.port })).on("error", () => {}));
    try {
      await untilTrue(async () => upstream.seen.length === before + 2);
      expect(await ask({ path: at, port: narrow.port })).toMatchObject({ status: 503 });
    } finally {
      for (const request of waiting) request.destroy();
      await narrow.close();
    }
  });

  test("over TLS and HTTP/2 as well, with bodies of which nobody says how long they are", async () => {
    const [key, certificate] = [path.join(folder, "key.pem"), path.join(folder, "certificate.pem")];
    const subject = ["-subj", "/CN=sheaf.localhost", "-keyout", key, "-out", certificate];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject], { stdio: "ignore" });
    const secured = await startNginx({ publicUrl: world.services.config.publicUrl, gateway, decisions, tls: { certificate, key } });
    const client = http2.connect(`https://127.0.0.1:${secured.port}`, { rejectUnauthorized: false });
    const send = async (method: string, target: string, body: Buffer | null, more: Record<string, string> = {}) => {
      ways.length = 0;
      const head = { ":method": method, ":path": target, ":authority": hostOf(lab), cookie, origin: originOf(lab), ...more };
      const stream = client.request(head, { endStream: body === null });
      if (body) stream.end(body);
      const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader];
      let said = "";
      for await (const chunk of stream) said += chunk;
      return { status: headers[":status"], said, asked: ways.length };
    };
    try {
      const body = Buffer.alloc(1_500_000, "a");
      expect(await send("GET", "/api/x", null)).toEqual({ status: 200, said: "0", asked: 0 });
      expect(await send("GET", "/files/x", null)).toEqual({ status: 200, said: "0", asked: 1 });
      expect(await send("PUT", "/api/x", body)).toEqual({ status: 200, said: "1500000", asked: 0 });
      expect(await send("PUT", "/api/x", body, { "content-length": "1500000" })).toEqual({ status: 200, said: "1500000", asked: 1 });
      expect(await send("GET", "/files/x", null, { cookie: "" })).toMatchObject({ status: 401 });
    } finally {
      client.destroy();
      await secured.close();
    }
  });

  test("the way in, pages and sockets are the gateway's", async () => {
    expect(await askNginx({ path: "/lab", headers: { accept: "text/html", "sec-fetch-mode": "navigate" } })).toMatchObject({ status: 200, direct: false });
    expect(await askNginx({ path: "/files/page.html", headers: { accept: "text/html", "sec-fetch-mode": "navigate" } })).toMatchObject({ direct: false });
    expect(await askNginx({ path: "/.sheaf/enter?ticket=none" })).toMatchObject({ status: 303, direct: false });
    expect(await askNginx({ method: "POST", path: "/api/x", headers: { origin: originOf(lab), "transfer-encoding": "chunked" }, body: ["x"] })).toMatchObject({
      status: 200,
      direct: false,
    });
    expect(
      await askNginx({ method: "PUT", path: "/x", headers: { origin: originOf(lab), "content-length": "4000000000" } }).catch(() => ({ status: 413 })),
    ).toMatchObject({
      status: 413,
    });
    expect(await upgradeStatus({ port: nginx.port })).toBe(101);
    expect(await upgradeStatus({ port: nginx.port, headers: { origin: "http://evil.example" } })).toBe(403);
  });

  test("a sign-in that ends cuts open sockets, and the next request", async () => {
    const socket = await openSocket(undefined, nginx.port);
    const closed = once(socket, "close");
    expect(await askNginx({ path: "/files/x" })).toMatchObject({ status: 200, direct: true });
    value(await revokeSession(as(session), { sessionId: session }));
    await closed;
    for (const path of ["/files/x", "/api/x"]) await untilTrue(async () => (await askNginx({ path })).status === 401);
  });

  test.each(["/.sheaf/decide", "/%2esheaf/decide", "//.sheaf/decide", "/x/../.sheaf/decide", "/.sheaf/decide?x=1", "/.sheaf//decide"])(
    "%s shows nobody the way to a lab",
    async (target) => {
      const before = upstream.seen.length;
      const answer = await raw(`GET ${target} HTTP/1.1\r\nhost: ${hostOf(lab)}\r\ncookie: ${cookie}\r\nconnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).not.toMatch(/labsecret|x-lab/i);
      expect(upstream.seen.length).toBe(before);
    },
  );

  test.each([
    ["a foreign host", "GET / HTTP/1.1\r\nhost: evil.example", 421],
    ["a host below that of a lab", "GET / HTTP/1.1\r\nhost: a.b.sheaf.localhost:3000", 421],
    ["two hosts", "GET / HTTP/1.1\r\nhost: sheaf.localhost:3000\r\nhost: evil.example", 400],
    ["a host with a path in it", "GET / HTTP/1.1\r\nhost: sheaf.localhost/../x", 400],
    ["an absolute target for another host", "GET http://evil.example/ HTTP/1.1\r\nhost: sheaf.localhost:3000", 421],
    ["length and chunks", "POST / HTTP/1.1\r\nhost: sheaf.localhost:3000\r\ncontent-length: 5\r\ntransfer-encoding: chunked", 400],
    ["the reserved path", "GET /internal/x HTTP/1.1\r\nhost: sheaf.localhost:3000", 404],
    ["the reserved path in disguise", "GET /%69nternal/x HTTP/1.1\r\nhost: sheaf.localhost:3000", 404],
    ["figures of the house", "GET /metrics HTTP/1.1\r\nhost: sheaf.localhost:3000", 404],
    ["decisions at the site itself", "GET /decide HTTP/1.1\r\nhost: sheaf.localhost:3000", 404],
  ])("%s is refused", async (_, head, status) => {
    expect(await raw(`${head}\r\nconnection: close\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test("what only nginx may say to the gateway is not taken from outside", async () => {
    const answer = await raw(
      [
        `GET /files/x HTTP/1.1\r\nhost: ${hostOf(lab)}\r\nx-original-uri: /\r\nx-original-method: GET`,
        `x-original-upgrade: websocket\r\nx-lab-upstream: 127.0.0.1:1\r\nconnection: close\r\n\r\n`,
      ].join("\r\n"),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  test("an address that somebody claims to have is not believed, on any way", async () => {
    const claims = { "x-forwarded-for": "6.6.6.6", "x-real-ip": "6.6.6.6", forwarded: "for=6.6.6.6" };
    for (const [at, more, way] of [
      ["/files/x", {}, true],
      ["/files/x", { accept: "text/html", "sec-fetch-mode": "navigate" }, false],
      ["/api/x", {}, false],
    ] as const) {
      expect(await askNginx({ path: at, headers: { ...claims, ...more } })).toMatchObject({ status: 200, direct: way });
      expect(upstream.seen.at(-1)?.headers["x-forwarded-for"]).toBe("127.0.0.1");
      expect(JSON.stringify(upstream.seen.at(-1))).not.toContain("6.6.6.6");
    }
  });

  test("a lab that is gone is one that does not run", async () => {
    await world.database.connection.db
      .update(labs)
      .set({ address: { kind: "socket", path: path.join(folder, "gone.sock") } })
      .where(eq(labs.id, lab.id));
    await world.store.notify("lab_changed", lab.id);
    await untilTrue(async () => (await askNginx({ path: "/files/x" })).status === 503);
    expect(await askNginx({ path: "/files/x" })).toMatchObject({ status: 503, headers: { "content-type": "application/problem+json", "retry-after": "3" } });
  });

  test("addresses of this machine that a lab's row cannot have are not followed", async () => {
    await world.database.connection.db
      .update(labs)
      .set({ address: { kind: "socket", path: "/tmp/a b;c.sock" } })
      .where(eq(labs.id, lab.id));
    await world.store.notify("lab_changed", lab.id);
    await untilTrue(async () => (await askNginx({ path: "/files/x" })).status === 503);
    expect((await askNginx({ path: "/files/x" })).direct).toBe(false);
  });

  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(nginx.port, "127.0.0.1", () => socket.write(text));
      let said = "";
      // nginx goes on reading for seconds what it has refused.
      socket.once("data", () => setTimeout(() => socket.destroy(), 50));
      socket.on("data", (chunk) => (said += chunk)).on("error", reject);
      socket.on("close", () => resolve(said));
    });
  }
});

test("the gateway's inner door answers nothing but questions", async () => {
  const server = createInternalServer({
    site: siteOf("http://sheaf.localhost:3000"),
    labs: { direct: async () => null } as unknown as LabDoor,
    log: createLogger("test", "fatal"),
    metrics: async () => [],
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  for (const target of ["/", "/decide/", "/../decide", "/decide?x"])
    expect((await fetch(`http://127.0.0.1:${port}${target === "/../decide" ? "/x/decide" : target}`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/decide`)).status).toBe(403);
  server.closeAllConnections();
  server.close();
});
