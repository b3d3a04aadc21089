import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Health } from "#lib/gateway/health.ts";
import { createLogger } from "#server/log.ts";
import { createGateway, type Gateway } from "./server.ts";

type Seen = { method: string; target: string; headers: http.IncomingHttpHeaders; body: number };

/** What labs need is tried beside this, in labs.integration.test.ts. */
const noLabs = { handle: () => {}, upgrade: () => {}, close: async () => {} };
const noLabHosts = { hosts: "wildcard", port: 0, bodyBytes: 0 } as const;

const seen: Seen[] = [];
let aborted = 0;
let web: http.Server;
let gateway: Gateway;
let port = 0;
const health: Health = { status: "ready", live: true, ready: true, parts: {} };
const lines: string[] = [];

beforeAll(async () => {
  web = http.createServer(answer);
  web.on("upgrade", (_request, socket, head) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
    socket.write(head);
    socket.pipe(socket);
  });
  const webPort = await listen(web);
  const first = createGateway({
    site: { publicUrl: "http://sheaf.localhost", port: 80, development: true, uploadBytes: 2_000_000_000, labs: noLabHosts },
    labs: noLabs,
    labFrames: "",
    webPort,
    trustedProxies: 0,
    health: () => health,
    log: createLogger("test", "info", (line) => lines.push(line)),
  });
  gateway = first;
  port = await listen(first.server);
});
afterAll(async () => {
  await gateway.close();
  web.closeAllConnections();
  web.close();
});

/** What stands in for the pages: each address behaves in one way that a real server can. */
async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const record: Seen = { method: request.method ?? "", target: request.url ?? "", headers: request.headers, body: 0 };
  seen.push(record);
  response.on("close", () => (aborted += response.writableFinished ? 0 : 1));
  switch (new URL(request.url ?? "/", "http://x").pathname) {
    case "/events":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      setTimeout(() => response.write("data: 2\n\n"), 300);
      return;
    case "/refuse-early":
      response.writeHead(413).end("too large");
      return;
    case "/die":
      response.writeHead(200, { "content-length": "1000" });
      response.write("half", () => request.socket.destroy());
      return;
    case "/nothing":
      response.writeHead(204).end();
      return;
    case "/unchanged":
      response.writeHead(304, { etag: '"a"' }).end();
      return;
    case "/cookies":
      response
        .writeHead(200, [
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
          ["connection", "x-own"],
          ["x-own", "1"],
        ])
        .end("ok");
      return;
    case "/flood": {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) record.body += chunk.length;
        response.once("drain", more);
      };
      return more();
    }
    default:
      try {
        for await (const chunk of request) record.body += (chunk as Buffer).length;
        response.writeHead(200, { "content-type": "text/plain", "content-length": String(`${record.body}`.length) }).end(String(record.body));
      } catch {
        // The sender went away.
      }
  }
}

describe("answers", () => {
  test("come back as they were, named and with the usual protections", async () => {
    const { status, headers, body } = await ask({ path: "/plain?a=1&b=%20" });
    expect({ status, body }).toEqual({ status: 200, body: "0" });
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "content-type": "text/plain", "content-length": "1" });
    expect(headers["x-request-id"]).toBe(seen.at(-1)?.headers["x-request-id"]);
    expect(seen.at(-1)?.target).toBe("/plain?a=1&b=%20");
  });
  test("to HEAD have a length and no body", async () => {
    const { headers, body } = await ask({ method: "HEAD", path: "/plain" });
    expect({ length: headers["content-length"], body }).toEqual({ length: "1", body: "" });
  });
  test.each([
    ["/nothing", 204],
    ["/unchanged", 304],
  ])("%s is %i without a body, and the connection lives on", async (path, status) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask({ path, agent })).toMatchObject({ status, body: "" });
    expect(await ask({ path: "/plain", agent })).toMatchObject({ status: 200, body: "0" });
    agent.destroy();
  });
  test("keep several cookies, and lose what belongs to the inner connection", async () => {
    const { headers } = await ask({ path: "/cookies" });
    expect(headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(headers["x-own"]).toBeUndefined();
  });
  test("that are streams of events arrive as they happen", async () => {
    const began = performance.now();
    const arrivals: number[] = [];
    await new Promise<void>((resolve) => {
      const request = http.get({ port, host: "127.0.0.1", path: "/events", headers: { host: "sheaf.localhost" } }, (response) => {
        response.on("data", () => {
          arrivals.push(performance.now() - began);
          if (arrivals.length === 2) resolve(void request.destroy());
        });
      });
      request.on("error", () => {});
    });
    expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(150);
  });
  test("that break off half-way break off here too", async () => {
    await expect(ask({ path: "/die" })).rejects.toThrow(/aborted|hang up/);
  });
  test("nobody reads any more are not made any longer", async () => {
    const before = aborted;
    const request = http.get({ port, host: "127.0.0.1", path: "/events", headers: { host: "sheaf.localhost" } }, (response) =>
      response.once("data", () => request.destroy()),
    );
    request.on("error", () => {});
    await untilTrue(() => aborted > before);
  });
  test("are held back for a slow reader", async () => {
    const socket = net.connect(port, "127.0.0.1");
    socket.write("GET /flood HTTP/1.1\r\nhost: sheaf.localhost\r\n\r\n");
    socket.pause();
    await pause(1500);
    const sent = seen.findLast((one) => one.target === "/flood")?.body ?? 0;
    socket.destroy();
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });
});

describe("bodies", () => {
  test("of both kinds arrive whole", async () => {
    expect((await ask({ method: "POST", path: "/in", headers: { "content-length": "5" }, body: ["hello"] })).body).toBe("5");
    expect((await ask({ method: "POST", path: "/in", headers: { "transfer-encoding": "chunked" }, body: ["hello", " world"] })).body).toBe("11");
    expect((await ask({ method: "DELETE", path: "/in" })).body).toBe("0");
  });
  test("announced with Expect are asked for", async () => {
    expect((await ask({ method: "PUT", path: "/in", headers: { expect: "100-continue", "content-length": "4" }, body: ["data"] })).body).toBe("4");
  });
  test("of a gigabyte pass without being kept", async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    const count = 1024;
    let peak = 0;
    const before = process.memoryUsage().rss;
    const request = http.request({
      port,
      host: "127.0.0.1",
      method: "POST",
      path: "/api/v1/uploads",
      headers: { host: "sheaf.localhost", "content-length": String(count * chunk.length) },
    });
    const answered = new Promise<string>((resolve, reject) => {
      request.once("error", reject).once("response", (response) => {
        let body = "";
        response.on("data", (part) => (body += part)).on("end", () => resolve(body));
      });
    });
    for (let index = 0; index < count; index++) {
      if (!request.write(chunk)) await new Promise((resolve) => request.once("drain", resolve));
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    request.end();
    expect(await answered).toBe(String(count * chunk.length));
    expect((peak - before) / 1024 / 1024).toBeLessThan(250);
  });
  test("refused before they were read give the refusal to the sender", async () => {
    expect(await ask({ method: "POST", path: "/refuse-early", headers: { "content-length": "900000" }, body: [Buffer.alloc(900_000)] })).toMatchObject({
      status: 413,
      body: "too large",
    });
  });
  test("announced as larger than any route reads are refused unseen", async () => {
    const before = seen.length;
    const body = Buffer.alloc(3_000_000);
    const answer = await ask({ method: "POST", path: "/api/v1/worksheets/x/runs", headers: { "content-length": String(body.length) }, body: [body] });
    expect(answer).toMatchObject({ status: 413, headers: { "content-type": "application/problem+json" } });
    expect(seen.length).toBe(before);
  });
  test("that nobody announced are cut where they become too large", async () => {
    const abortedBefore = aborted;
    const body = Array.from({ length: 30 }, () => Buffer.alloc(100_000));
    const answer = await ask({ method: "POST", path: "/in", headers: { "transfer-encoding": "chunked" }, body });
    expect(answer).toMatchObject({ status: 413, headers: { "content-type": "application/problem+json" } });
    await untilTrue(() => aborted > abortedBefore);
  });
  test("cut off by their sender end the request inside", async () => {
    const before = seen.length;
    const socket = net.connect(port, "127.0.0.1");
    socket.write("POST /in HTTP/1.1\r\nhost: sheaf.localhost\r\ncontent-length: 1000\r\n\r\nhalf");
    await untilTrue(() => seen.length > before);
    const abortedBefore = aborted;
    socket.destroy();
    await untilTrue(() => aborted > abortedBefore);
  });
});

describe("abuse", () => {
  test.each([
    ["two lengths", "POST /in HTTP/1.1\r\nhost: sheaf.localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello", 400],
    [
      "length and chunks",
      "POST /in HTTP/1.1\r\nhost: sheaf.localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
      400,
    ],
    ["a disguised encoding", "POST /in HTTP/1.1\r\nhost: sheaf.localhost\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n", 400],
    ["a space before the colon", "GET / HTTP/1.1\r\nhost: sheaf.localhost\r\ntransfer-encoding : chunked\r\n\r\n", 400],
    ["a folded header", "GET / HTTP/1.1\r\nhost: sheaf.localhost\r\nx: a\r\n b: c\r\n\r\n", 400],
    ["a broken chunk", "POST /in HTTP/1.1\r\nhost: sheaf.localhost\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nx", 400],
    ["two hosts", "GET / HTTP/1.1\r\nhost: sheaf.localhost\r\nhost: evil.example\r\n\r\n", 400],
    ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["an absolute target", "GET http://sheaf.localhost/ HTTP/1.1\r\nhost: sheaf.localhost\r\n\r\n", 400],
    ["a foreign host", "GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n", 421],
    ["the reserved path", "GET /%69nternal/x HTTP/1.1\r\nhost: sheaf.localhost\r\n\r\n", 404],
    ["a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n", 405],
    ["headers too large", `GET / HTTP/1.1\r\nhost: sheaf.localhost\r\nx: ${"a".repeat(20_000)}\r\n\r\n`, 431],
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400],
    [
      "an upgrade nobody speaks",
      "GET /api/x HTTP/1.1\r\nhost: sheaf.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\norigin: http://sheaf.localhost\r\n\r\n",
      404,
    ],
    [
      "an upgrade from elsewhere",
      "GET /_next/hmr HTTP/1.1\r\nhost: sheaf.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\norigin: http://evil.example\r\n\r\n",
      403,
    ],
  ])("%s is refused", async (_, text, status) => {
    const before = seen.filter((one) => one.target !== "/in").length;
    expect(await rawStatus(text)).toBe(status);
    expect(seen.filter((one) => one.target !== "/in")).toHaveLength(before);
  });
  test("a hundred askers who never finish asking are sent away, and keep nobody else waiting", { timeout: 60_000 }, async () => {
    const ends: Promise<string>[] = [];
    for (let number = 0; number < 100; number++) {
      const socket = net.connect(port, "127.0.0.1");
      socket.write(`GET / HTTP/1.1\r\nhost: sheaf.localhost\r\nx: ${number}`);
      const drip = setInterval(() => socket.writable && socket.write("."), 1000);
      let said = "";
      socket.on("data", (chunk) => (said += chunk));
      socket.on("error", () => {});
      ends.push(
        new Promise((resolve) =>
          socket.on("close", () => {
            clearInterval(drip);
            resolve(said.split("\r\n")[0] ?? "");
          }),
        ),
      );
    }
    const began = performance.now();
    expect((await ask({ path: "/nothing" })).status).toBe(204);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(new Set(await Promise.all(ends))).toEqual(new Set(["HTTP/1.1 408 Request Timeout"]));
  });
  test("a body with a second request in it is one body", async () => {
    const hidden = "GET /smuggled HTTP/1.1\r\nhost: sheaf.localhost\r\n\r\n";
    expect((await ask({ method: "POST", path: "/in", headers: { "content-length": String(hidden.length) }, body: [hidden] })).body).toBe(String(hidden.length));
    await ask({ path: "/plain" });
    expect(seen.some((one) => one.target === "/smuggled")).toBe(false);
  });
  test("what only the gateway may say is not taken from outside", async () => {
    await ask({ path: "/plain", headers: { "x-forwarded-for": "6.6.6.6", "x-forwarded-host": "evil", "x-sheaf-user": "root", "x-request-id": "mine" } });
    expect(seen.at(-1)?.headers).toMatchObject({ "x-forwarded-for": "127.0.0.1", "x-forwarded-host": "sheaf.localhost", "x-forwarded-proto": "http" });
    expect(JSON.stringify(seen.at(-1)?.headers)).not.toMatch(/6\.6\.6\.6|evil|root|mine/);
  });
  test("keys in addresses and cookies are not logged", async () => {
    await ask({ path: "/claim/1?key=verysecret", headers: { cookie: "s=verysecret", authorization: "Bearer verysecret" } });
    await untilTrue(() => lines.some((line) => line.includes("/claim/1")));
    expect(lines.join("\n")).not.toContain("verysecret");
  });
});

test("an upgrade that is spoken is piped both ways", async () => {
  const socket = net.connect(port, "127.0.0.1");
  let got = "";
  socket.on("data", (chunk) => (got += chunk));
  socket.write("GET /_next/hmr HTTP/1.1\r\nhost: sheaf.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\norigin: http://sheaf.localhost\r\n\r\nearly");
  await untilTrue(() => got.includes("101 Switching") && got.endsWith("early"));
  socket.write(" later");
  await untilTrue(() => got.endsWith("early later"));
  socket.destroy();
});

describe("without the pages", () => {
  let alone: Gateway;
  let alonePort = 0;
  beforeAll(async () => {
    const nobody = net.createServer();
    const webPort = await listen(nobody);
    await new Promise((resolve) => nobody.close(resolve));
    alone = createGateway({
      site: { publicUrl: "http://sheaf.localhost", port: 80, development: false, uploadBytes: 5_000_000, labs: noLabHosts },
      labs: noLabs,
      labFrames: "",
      webPort,
      trustedProxies: 0,
      health: () => ({ ...health, status: "down", ready: false }),
      log: createLogger("test", "fatal"),
    });
    alonePort = await listen(alone.server);
  });
  afterAll(() => alone.close());

  test("people read that Sheaf is starting again", async () => {
    const answered = await ask({ path: "/worksheets/x", headers: { accept: "text/html" }, port: alonePort });
    expect(answered).toMatchObject({ status: 503, headers: { "retry-after": "3", "content-type": "text/html; charset=utf-8" } });
    expect(answered.body).toContain("Sheaf is starting again");
  });
  test("programs get a problem document", async () => {
    const answered = await ask({ method: "POST", path: "/api/v1/worksheets/x/runs", headers: { "content-length": "2" }, body: ["{}"], port: alonePort });
    expect(answered).toMatchObject({ status: 503, headers: { "retry-after": "3", "content-type": "application/problem+json" } });
    expect(JSON.parse(answered.body)).toMatchObject({ type: "urn:sheaf:problem:unavailable", status: 503 });
  });
  test("health says so, and that the door is open", async () => {
    expect(await ask({ path: "/api/health", port: alonePort })).toMatchObject({ status: 503 });
    expect(await ask({ path: "/api/health/ready", port: alonePort })).toMatchObject({ status: 503, body: '{"ready":false}\n' });
    expect(await ask({ path: "/api/health/live", port: alonePort })).toMatchObject({ status: 200, body: '{"live":true}\n' });
  });
});

type Asked = { method?: string; path: string; headers?: Record<string, string>; body?: (string | Buffer)[]; agent?: http.Agent; port?: number };
type Answered = { status: number; headers: http.IncomingHttpHeaders; body: string };

function ask({ method = "GET", path, headers = {}, body = [], agent, port: other }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port: other ?? port, method, path, headers: { host: "sheaf.localhost", ...headers }, agent: agent ?? false },
      (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk)).on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      },
    );
    request.once("error", reject);
    for (const part of body) request.write(part);
    request.end();
  });
}

function rawStatus(text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(text, "latin1"));
    let got = "";
    socket.on("data", (chunk) => (got += chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 0)));
    socket.setTimeout(5_000, () => socket.destroy());
  });
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

async function untilTrue(check: () => boolean): Promise<void> {
  const until = Date.now() + 15_000;
  while (!check()) {
    if (Date.now() > until) throw new Error("It did not become true in time.");
    await pause(20);
  }
}
