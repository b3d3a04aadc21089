import { type ChildProcess, execFile, spawn } from "node:child_process";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { untilTrue } from "#tests/lab-visit.ts";
import { createWorld, type TestWorld } from "#tests/world.ts";

let world: TestWorld;
let settings: Record<string, string>;
let gateway: ChildProcess | null = null;

beforeAll(async () => {
  world = await createWorld();
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  settings = { DATABASE_URL: world.database.url, SHEAF_SECRET: "s".repeat(40), SHEAF_DATA: world.folder, SHEAF_PORT: String(port), SHEAF_ENGINE_ID: "one" };
});
afterAll(async () => {
  gateway?.kill("SIGKILL");
  await world.close();
});

function sheaf(words: readonly string[], more: Readonly<Record<string, string>> = settings): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["server/cli/main.ts", "serve", ...words], { env: { ...process.env, ...more } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, said: stdout + stderr }),
    );
  });
}

test("preparing brings the schema and a link for the first administrator, and ends", async () => {
  expect(await sheaf(["prepare"])).toMatchObject({ code: 0, said: expect.stringContaining("There is no administrator yet") });
});

test("a gateway by itself serves, is found well, and leaves when it is asked to", async () => {
  const child = spawn(process.execPath, ["server/cli/main.ts", "serve", "gateway"], { env: { ...process.env, ...settings }, stdio: "ignore" });
  gateway = child;
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const health = () => fetch(`http://127.0.0.1:${settings.SHEAF_PORT}/api/health`).then((answer) => answer.json() as Promise<{ parts: object }>);
  await untilTrue(() =>
    health().then(
      ({ parts }) => JSON.stringify(parts).includes('"database":{"state":"ready"'),
      () => false,
    ),
  );
  expect(await sheaf(["gateway", "--check"])).toEqual({ code: 0, said: "" });
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("a gateway whose port another program has says so, and that it is not worth another try", async () => {
  const other = net.createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const tried = await sheaf(["gateway"], { ...settings, SHEAF_PORT: String(port) });
  other.close();
  expect(tried).toMatchObject({ code: 78, said: expect.stringContaining(`Port ${port} is taken by another program: choose one with`) });
});

test("an engine that is not there is told, and what cannot be is refused in words", async () => {
  expect(await sheaf(["engine", "--check"])).toMatchObject({ code: 1, said: expect.stringContaining("The engine one has not reported") });
  await world.store.reportEngine("one-abc" as never, new Date(), new Date(), { adapter: "test" } as never);
  expect(await sheaf(["engine", "--check"])).toMatchObject({ code: 0 });
  expect(await sheaf(["everything"])).toMatchObject({ code: 1, said: expect.stringContaining("Say which part") });
  expect(await sheaf(["gateway"], { ...settings, SHEAF_SECRET: "" })).toMatchObject({ code: 1, said: expect.stringContaining("SHEAF_SECRET") });
});
