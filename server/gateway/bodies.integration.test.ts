import http from "node:http";
import net from "node:net";
import { describe, expect, test } from "vitest";
import { ask, broken, port, seen, visitPages } from "#tests/gateway-visit.ts";
import { untilTrue } from "#tests/lab-visit.ts";

visitPages();

describe("bodies", () => {
  test("of both kinds arrive whole", async () => {
    expect((await ask({ method: "POST", path: "/in", headers: { "content-length": "5" }, body: ["hello"] })).body).toBe("5");
    expect((await ask({ method: "POST", path: "/in", headers: { "transfer-encoding": "chunked" }, body: ["hello", " world"] })).body).toBe("11");
    expect((await ask({ method: "DELETE", path: "/in" })).body).toBe("0");
  });
  test("announced with Expect are asked for", async () => {
    expect((await ask({ method: "PUT", path: "/in", headers: { expect: "100-continue", "content-length": "4" }, body: ["data"] })).body).toBe("4");
  });
  test("of half a gigabyte pass without being kept", async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    const count = 512;
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
    const abortedBefore = broken.count;
    const body = Array.from({ length: 30 }, () => Buffer.alloc(100_000));
    const answer = await ask({ method: "POST", path: "/in", headers: { "transfer-encoding": "chunked" }, body });
    expect(answer).toMatchObject({ status: 413, headers: { "content-type": "application/problem+json" } });
    await untilTrue(() => broken.count > abortedBefore);
  });
  test("cut off by their sender end the request inside", async () => {
    const before = seen.length;
    const socket = net.connect(port, "127.0.0.1");
    socket.write("POST /in HTTP/1.1\r\nhost: sheaf.localhost\r\ncontent-length: 1000\r\n\r\nhalf");
    await untilTrue(() => seen.length > before);
    const abortedBefore = broken.count;
    socket.destroy();
    await untilTrue(() => broken.count > abortedBefore);
  });
});
