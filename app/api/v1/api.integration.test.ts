import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TokenScope } from "#lib/domain/person.ts";
import { operations } from "#server/next/api/operations.ts";
import { problem as problemSchema } from "#server/next/api/schemas.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { type ApiSite, createApiSite, idOf, origin, type Route } from "#tests/api-site.ts";
import { person, value } from "#tests/world.ts";

let world: ApiSite["world"];
let worksheet: ApiSite["worksheet"];
let routes: readonly Route[];
let adaCookie: string;
let send: ApiSite["send"];
let asAda: ApiSite["asAda"];
let bearer: ApiSite["bearer"];
let startRun: ApiSite["startRun"];

beforeAll(async () => {
  ({ world, worksheet, routes, adaCookie, send, asAda, bearer, startRun } = await createApiSite());
  await world.worksheet(await world.user("hider", "author"), "hidden", { visibility: "private" });
});
afterAll(() => world.close());

describe("the document", () => {
  test("has every route, and every operation has its route", () => {
    const documented = Object.values(operations).map((one) => `${one.method} ${one.path}`);
    expect(routes.map((one) => `${one.method} ${one.path}`).sort()).toEqual(documented.sort());
  });

  test("is OpenAPI 3.1 whose references all lead somewhere", async () => {
    const document = (await (await send(operations.readDocument)).json()) as { openapi: string; components: { schemas: object } };
    expect(document.openapi).toBe("3.1.0");
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) expect(Object.keys(document.components.schemas)).toContain(reference?.replace("#/components/schemas/", ""));
  });
});

describe("worksheets", () => {
  test("are listed, found by words, and shown with a JSON Schema of their parameters", async () => {
    const list = (await (await send(operations.listWorksheets, { query: "?q=drif&area=genetics&tag=drift&limit=5" })).json()) as { items: { id: string }[] };
    expect(list.items.map((item) => item.id)).toEqual([worksheet.id]);
    const shown = (await (await send(operations.showWorksheet, { params: { id: worksheet.slug } })).json()) as {
      parameters: { properties: Record<string, unknown> };
    };
    expect(shown.parameters.properties.pop).toMatchObject({ type: "integer", default: 10, minimum: 1, maximum: 1000 });
    expect(JSON.stringify(shown)).not.toContain("secret_source");
    expect((await send(operations.showWorksheet, { params: { id: "hidden" } })).status).toBe(404);
    expect((await send(operations.listWorksheets, { query: "?limit=abc" })).status).toBe(422);
    expect((await send(operations.listWorksheets, { query: "?cursor=abc" })).status).toBe(422);
    expect(((await (await send(operations.listAreas)).json()) as { items: { slug: string; worksheets: number }[] }).items).toEqual([
      expect.objectContaining({ slug: "genetics", worksheets: 1 }),
    ]);
  });
});

describe("what of a notebook could not be read", () => {
  test("is answered to who may write the project, and to nobody else", async () => {
    const problems = [{ severity: "warning", cell: 1, line: 2, message: "n is computed." }] as const;
    const writer = await world.user("writer", "author");
    await world.worksheet(writer, "warned", { area: "ecology", problems });
    const tokenWith = async (scopes: TokenScope[]) =>
      value(await createToken(world.as(person(writer, "writer", "author")), { name: "t", scopes, days: 1 })).token;
    const told = async (headers: Record<string, string> = {}) =>
      ((await (await send(operations.showWorksheet, { params: { id: "warned" }, headers })).json()) as { problems: unknown }).problems;
    expect(await told(bearer(await tokenWith(["worksheets:read", "projects:write"])))).toEqual(problems);
    expect(await told(bearer(await tokenWith(["worksheets:read"])))).toEqual([]);
    for (const other of [{}, asAda(), bearer()]) expect(await told(other)).toEqual([]);
  });
});

describe("a run from start to end", () => {
  test("by a visitor without anything, whose browser is then known", async () => {
    const started = await startRun();
    expect(started.headers.get("location")).toMatch(/^\/api\/v1\/runs\/run_/);
    const cookie = started.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^sheaf_visitor=vi_[0-9a-z]{26}\.[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const id = await idOf(started);
    const headers = { cookie: cookie.split(";")[0] ?? "" };
    expect(((await (await send(operations.showMe, { headers })).json()) as { running: number }).running).toBe(1);
    expect((await startRun(headers)).status).toBe(429);
    const left = await send(operations.followRun, { params: { id } });
    await left.body?.cancel();
    const engine = await world.take();
    await engine.say({ type: "state", state: "running", at: 0 });
    await engine.finish();
    const text = await (await send(operations.followRun, { params: { id }, headers: { "last-event-id": "1" } })).text();
    expect(text).toMatch(/^: following\n\nid: 2\ndata: \{"at":\d+,"type":"state","state":"done"\}\n\nevent: end\ndata: \{\}\n\n$/);
    expect(((await (await send(operations.showRun, { params: { id } })).json()) as { state: string }).state).toBe("done");
    const notebook = await send(operations.readRunNotebook, { params: { id } });
    expect(notebook.headers.get("content-disposition")).toMatch(/^attachment; filename="drift-/);
    expect(notebook.headers.get("content-security-policy")).toContain("sandbox");
    expect(await notebook.text()).toBe('{"cells":[]}');
    expect(await (await send(operations.openRunFile, { params: { id, path: ["notebook.ipynb"] } })).text()).toBe('{"cells":[]}');
    for (const path of [["..", "..", "password"], ["%2e%2e", "x"], [".hidden"], ["files", "none"]])
      expect((await send(operations.openRunFile, { params: { id, path } })).status).toBe(404);
    expect(((await (await send(operations.listRuns, { headers })).json()) as { items: unknown[] }).items).toHaveLength(1);
    expect((await send(operations.claimRun, { params: { id }, body: {}, headers })).status).toBe(401);
    const claimed = await send(operations.claimRun, { params: { id }, body: {}, headers: { ...asAda(), cookie: `${adaCookie}; ${headers.cookie}` } });
    expect(claimed.status).toBe(200);
    expect((await send(operations.shareRun, { params: { id }, body: { shared: false }, headers: asAda() })).status).toBe(200);
    expect((await send(operations.showRun, { params: { id }, headers })).status).toBe(404);
  });

  test("by a token, and stopped", async () => {
    const id = await idOf(await startRun(bearer()));
    expect((await send(operations.cancelRun, { params: { id }, headers: bearer() })).status).toBe(202);
    expect((await send(operations.readRunNotebook, { params: { id }, headers: bearer() })).status).toBe(404);
    expect((await send(operations.cancelRun, { params: { id } })).status).toBe(404);
  });

  test("with a file", async () => {
    const form = new FormData();
    form.append("file", new File(["a,b\n"], "mine.csv"));
    const upload = (await (await send(operations.uploadFile, { form, headers: bearer() })).json()) as { id: string; name: string };
    const id = await idOf(await startRun(bearer(), { data: { upload: upload.id, name: upload.name } }));
    expect((await send(operations.cancelRun, { params: { id }, headers: bearer() })).status).toBe(202);
    const large = new FormData();
    large.append("file", new File([new Uint8Array(world.services.config.visitor.uploadBytes + 10_000)], "large.csv"));
    expect((await send(operations.uploadFile, { form: large, headers: { "content-length": "6000000" } })).status).toBe(413);
    expect((await send(operations.uploadFile, { body: {} })).status).toBe(422);
  });
});

test("an address that the API does not have answers every method with a problem document", async () => {
  const rest = (await import("./[...rest]/route.ts")) as unknown as Record<string, (request: Request) => Response>;
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
    const answer = rest[method]?.(new Request(`${origin}/api/v1/nowhere`, { method }));
    expect(answer?.status).toBe(404);
    expect(problemSchema.parse(await answer?.json())).toMatchObject({ status: 404, instance: "/api/v1/nowhere" });
  }
});
