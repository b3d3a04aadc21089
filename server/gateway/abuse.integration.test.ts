import net from "node:net";
import { describe, expect, test } from "vitest";
import { ask, lines, port, rawStatus, seen, visitPages } from "#tests/gateway-visit.ts";
import { untilTrue } from "#tests/lab-visit.ts";

visitPages();

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
