import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Health, summarizeHealth } from "#lib/gateway/health.ts";
import { untilTrue } from "#tests/lab-visit.ts";
import { createWorld, type TestWorld } from "#tests/world.ts";
import { watchParts } from "./watch-parts.ts";

let world: TestWorld;
let web: http.Server;

beforeAll(async () => {
  world = await createWorld();
  web = http.createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  web.close();
  await world.close();
});

/** The first that is seen. */
async function look(port: number): Promise<Health> {
  let seen: Health["parts"] | null = null;
  const watching = watchParts({ store: world.store, web: { host: "127.0.0.1", port } }, (parts) => {
    seen = parts;
  });
  await untilTrue(() => seen !== null);
  watching.stop();
  return summarizeHealth(seen ?? {});
}

test("a gateway without a supervisor sees for itself how the others are", async () => {
  const { port } = web.address() as AddressInfo;
  expect(await look(port)).toMatchObject({
    status: "degraded",
    ready: true,
    parts: { database: { state: "ready" }, web: { state: "ready" }, engine: { state: "down" } },
  });
  await world.engine(false);
  expect(await look(port)).toMatchObject({ status: "degraded", parts: { engine: { state: "ready" }, kernels: { state: "degraded" } } });
  await world.engine();
  expect(await look(port)).toMatchObject({ status: "ready", parts: { kernels: { state: "ready" } } });
  expect(await look(1)).toMatchObject({ status: "down", ready: false, parts: { web: { state: "down" } } });
});
