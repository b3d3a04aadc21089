import { execFileSync } from "node:child_process";
import { routes } from "#lib/routes.ts";
import { clientFrom, expect, test } from "./fixtures.ts";
import { administrator } from "./start-server.ts";

type OpenApi = { readonly openapi: string; readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };

function tokenFor(username: string, scopes: string): string {
  const output = execFileSync(
    "./sheaf",
    ["token", "create", "--user", username, "--name", "journeys", "--scope", scopes, "--data", process.env.SHEAF_E2E_DATA ?? ""],
    {
      encoding: "utf8",
    },
  );
  const token = /\b(sheaf_[A-Za-z0-9_-]{20,})\b/.exec(output)?.[1];
  if (!token) throw new Error(`./sheaf token create printed no token:\n${output}`);
  return token;
}

test("a program with a token lists, runs, follows and downloads", async ({ address }) => {
  const program = clientFrom(address, tokenFor(administrator.username, "worksheets:read,runs:read,runs:write"));
  expect((await program.json<{ person: { username: string } }>("GET", routes.api.me())).person.username).toBe(administrator.username);

  const found = await program.worksheets("?q=journeys");
  const worksheet = found.items.find((item) => item.slug === "test-sum");
  expect(worksheet).toBeDefined();
  const shown = await program.json<{ parameters: { properties: Record<string, { default: unknown }> } }>("GET", `/api/v1/worksheets/${worksheet?.id}`);
  expect(shown.parameters.properties.first?.default).toBe(2);

  const started = await program.startRun(worksheet?.id ?? "", { first: 640 }, true);
  expect(started.claimUrl).toBeNull();
  const events = [];
  for await (const numbered of program.follow(started.id)) events.push(numbered);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const last = events.at(-1)?.event;
  expect(last).toMatchObject({ type: "state", state: "done" });

  const run = await program.run(started.id);
  expect(run).toMatchObject({ state: "done", values: { first: 640 } });
  expect(JSON.stringify(run.cells)).toContain("barley: 643.50");
  expect(run.record?.outputsDigest).toMatch(/^sha256:[0-9a-f]{64}$/);

  const notebook = await program.json<{ nbformat: number; cells: readonly { source: string | string[] }[] }>("GET", routes.api.runNotebook(started.id));
  expect(notebook.nbformat).toBe(4);
  expect(JSON.stringify(notebook.cells)).toContain("640");
});

test("a reader that comes back with the last number it saw misses nothing and gets nothing twice", async ({ api, worksheetId }) => {
  const started = await api.startRun(await worksheetId("test-steps"), { steps: 6, pause: 0.2 }, true);
  const first: number[] = [];
  for await (const { seq } of api.follow(started.id)) {
    first.push(seq);
    if (first.length === 4) break;
  }
  const rest: number[] = [];
  for await (const { seq } of api.follow(started.id, first.at(-1))) rest.push(seq);
  expect([...first, ...rest]).toEqual([...first, ...rest].map((_, index) => index + 1));
});

test("a token does no more than its scopes say, and none manages tokens", async ({ address }) => {
  const reading = clientFrom(address, tokenFor(administrator.username, "worksheets:read"));
  const [worksheet] = (await reading.worksheets("?q=journeys")).items;
  expect((await reading.send("POST", `/api/v1/worksheets/${worksheet?.id}/runs`, { values: {} })).status).toBe(403);
  expect([401, 403, 404]).toContain((await reading.send("GET", "/api/v1/tokens")).status);
});

test("a broken or made-up token is refused, not taken for a visitor", async ({ address }) => {
  for (const token of ["sheaf_nonsense", "x", "sheaf_0000000000000000000000000000000000"]) {
    expect((await clientFrom(address, token).send("GET", "/api/v1/worksheets")).status, token).toBe(401);
  }
});

test("a cancelled run says so, and stays cancelled", async ({ api, worksheetId }) => {
  const started = await api.startRun(await worksheetId("test-steps"), { steps: 600, pause: 0.5 });
  for await (const { event } of api.follow(started.id)) if (event.type === "output") break;
  expect((await api.send("DELETE", routes.api.run(started.id))).status).toBeLessThan(300);
  expect((await api.finish(started.id)).state).toBe("cancelled");
});

test("refusals are problem documents, and what one may not read answers like what is not there", async ({ address, worksheetId }) => {
  const owner = clientFrom(address, tokenFor(administrator.username, "worksheets:read,runs:read,runs:write"));
  const started = await owner.startRun(await worksheetId("test-sum"), { first: 8 });
  await owner.finish(started.id);
  const stranger = clientFrom(address.replace(/^10\./, "11."));
  const hidden = await stranger.send("GET", routes.api.run(started.id));
  const absent = await stranger.send("GET", routes.api.run(`${started.id.slice(0, -4)}0000`));
  expect([hidden.status, absent.status]).toEqual([404, 404]);
  for (const answer of [hidden, absent, await stranger.send("GET", "/api/v1/nothing-here"), await stranger.send("POST", "/api/v1/uploads", "{")]) {
    expect(String(answer.headers["content-type"])).toContain("application/problem+json");
    expect(JSON.parse(answer.text)).toMatchObject({ title: expect.any(String), status: answer.status });
  }
});

test("a state change from another site is refused", async ({ api, worksheetId }) => {
  const path = `/api/v1/worksheets/${await worksheetId("test-sum")}/runs`;
  expect((await api.send("POST", path, { values: {} }, { origin: "http://evil.example" })).status).toBe(403);
  expect((await api.send("POST", path, { values: {} }, { "sec-fetch-site": "cross-site", origin: "null" })).status).toBe(403);
});

test("the OpenAPI document lists every address used here", async ({ api }) => {
  const document = await api.json<OpenApi>("GET", "/api/v1/openapi.json");
  expect(document.openapi).toMatch(/^3\./);
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{[^}]+\}/g, "{}").replace(/^\/api\/v1/, "")}`),
  );
  expect(listed).toEqual(
    expect.arrayContaining([
      "GET /me",
      "GET /worksheets",
      "GET /worksheets/{}",
      "POST /worksheets/{}/runs",
      "GET /runs/{}",
      "DELETE /runs/{}",
      "GET /runs/{}/events",
      "GET /runs/{}/notebook",
      "POST /runs/{}/share",
      "POST /runs/{}/claim",
      "POST /uploads",
      "GET /tokens",
      "POST /tokens",
    ]),
  );
});

test("health names its parts", async ({ api }) => {
  const answer = await api.send("GET", "/api/health");
  expect(answer.status).toBe(200);
  expect(Object.keys(JSON.parse(answer.text))).toEqual(expect.arrayContaining(["live", "ready", "parts"]));
});
