import http from "node:http";
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ask, broken, everyByte, port, seen, visitPages } from "#tests/gateway-visit.ts";
import { untilTrue } from "#tests/lab-visit.ts";

visitPages();

describe("answers", () => {
  test("come back as they were, named and with the usual protections", async () => {
    const { status, headers, body } = await ask({ path: "/plain?a=1&b=%20" });
    expect({ status, body }).toEqual({ status: 200, body: "0" });
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "content-type": "text/plain", "content-length": "1" });
    expect(headers["x-request-id"]).toBe(seen.at(-1)?.headers["x-request-id"]);
    expect(seen.at(-1)?.target).toBe("/plain?a=1&b=%20");
  });
  test.each([0, 1, 300, 8192, 8193, 70_000, 1_000_000])("of %i bytes are the same bytes, headers too, announced or not", async (count) => {
    for (const path of [`/bytes?count=${count}&announced`, `/bytes?count=${count}`]) {
      const { bytes, headers } = await ask({ path });
      expect(bytes.equals(everyByte(count))).toBe(true);
      expect(headers["x-name"]).toBe("caf\u00e9");
    }
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
    const before = broken.count;
    const request = http.get({ port, host: "127.0.0.1", path: "/events", headers: { host: "sheaf.localhost" } }, (response) =>
      response.once("data", () => request.destroy()),
    );
    request.on("error", () => {});
    await untilTrue(() => broken.count > before);
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
