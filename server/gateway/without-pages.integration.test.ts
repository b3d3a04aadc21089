import net from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, gatewayBefore } from "#tests/gateway-visit.ts";
import { listen } from "#tests/lab-visit.ts";
import type { Gateway } from "./server.ts";

describe("without the pages", () => {
  let alone: Gateway;
  let alonePort = 0;
  beforeAll(async () => {
    const nobody = net.createServer();
    const webPort = await listen(nobody);
    await new Promise((resolve) => nobody.close(resolve));
    alone = gatewayBefore(webPort, { health: () => ({ status: "down", live: true, ready: false, parts: {} }) });
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
