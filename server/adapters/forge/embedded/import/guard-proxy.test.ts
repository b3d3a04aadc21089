import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GuardProxy, openGuardProxy } from "./guard-proxy.ts";

let upstream: http.Server;
let port: number;
const hosts: (string | undefined)[] = [];

beforeAll(async () => {
  upstream = http.createServer((request, response) => {
    hosts.push(request.headers.host);
    response.end("x".repeat(1000));
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  port = (upstream.address() as AddressInfo).port;
});
afterAll(() => upstream.close());

/** The name resolves to nothing: only the pinned address can have been connected to. */
const target = (protocol: "http:" | "https:") => ({ url: `${protocol}//git.invalid:${port}/x`, protocol, host: "git.invalid", port, allowed: true });

/** Says exactly these bytes to the proxy and returns all that it answers. */
async function say(proxy: GuardProxy, words: string, secret = new URL(proxy.url).password): Promise<string> {
  const socket = net.connect(Number(new URL(proxy.url).port), "127.0.0.1");
  const authorization = `Proxy-Authorization: Basic ${Buffer.from(`git:${secret}`).toString("base64")}`;
  socket.write(words.replaceAll("AUTH", authorization));
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString();
  });
  socket.on("error", () => {});
  const timer = setTimeout(() => socket.destroy(), 2000);
  await once(socket, "close");
  clearTimeout(timer);
  return answer;
}

test("passes requests for its one host to the pinned address and counts what comes back", async () => {
  const counted: number[] = [];
  const proxy = await openGuardProxy(target("http:"), "127.0.0.1", (bytes) => counted.push(bytes));
  const answer = await say(proxy, `GET http://git.invalid:${port}/x HTTP/1.1\r\nHost: git.invalid:${port}\r\nAUTH\r\nConnection: close\r\n\r\n`);
  expect(answer).toContain("200 OK");
  expect(hosts.at(-1)).toBe(`git.invalid:${port}`);
  expect(counted.at(-1)).toBe(1000);
  expect(proxy.refused()).toBe(false);
  proxy.close();
});

test("passes tunnels to its one host alone", async () => {
  const proxy = await openGuardProxy(target("https:"), "127.0.0.1", () => {});
  const inner = "GET / HTTP/1.1\r\nHost: inner\r\nConnection: close\r\n\r\n";
  expect(await say(proxy, `CONNECT git.invalid:${port} HTTP/1.1\r\nAUTH\r\n\r\n${inner}`)).toMatch(/200 Connection Established[\s\S]*200 OK/);
  expect(proxy.refused()).toBe(false);
  for (const other of [`127.0.0.1:${port}`, "git.invalid:22", `evil.invalid:${port}`, `git.invalid@evil:${port}`, "[::1]:80", ""]) {
    expect([other, await say(proxy, `CONNECT ${other} HTTP/1.1\r\nAUTH\r\n\r\n`)]).toEqual([other, expect.not.stringContaining("200")]);
  }
  expect(proxy.refused()).toBe(true);
  proxy.close();
});

test("passes nothing to other hosts, in clear where a tunnel was meant, or for others on this machine", async () => {
  const proxy = await openGuardProxy(target("http:"), "127.0.0.1", () => {});
  const get = (url: string) => `GET ${url} HTTP/1.1\r\nHost: git.invalid:${port}\r\nAUTH\r\nConnection: close\r\n\r\n`;
  for (const url of [`http://127.0.0.1:${port}/`, "http://git.invalid/", `https://git.invalid:${port}/`, "/x"])
    expect(await say(proxy, get(url))).toContain("403");
  expect(await say(proxy, `CONNECT git.invalid:${port} HTTP/1.1\r\nAUTH\r\n\r\n`)).toContain("403");
  expect(await say(proxy, get(`http://git.invalid:${port}/x`), "guessed")).toContain("403");
  proxy.close();
});
