import { readdir } from "node:fs/promises";
import path from "node:path";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { UserId } from "#lib/domain/ids.ts";
import type { TokenScope } from "#lib/domain/person.ts";
import { openApiDocument } from "#server/next/api/openapi.ts";
import { type Operation, operations } from "#server/next/api/operations.ts";
import { problem as problemSchema } from "#server/next/api/schemas.ts";
import { authRoute } from "#server/next/auth-route.ts";
import { openWebWith } from "#server/next/services.ts";
import { sessionToken } from "#server/next/session-token.ts";
import { createSessionCache } from "#server/usecases/authenticate-session.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { startSession } from "#server/usecases/start-session.ts";
import { createWorld, person, type TestWorksheet, type TestWorld, value } from "#tests/world.ts";

type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;
type Route = { readonly method: string; readonly path: string; readonly handle: Handler };

const folder = import.meta.dirname;
const origin = "http://sheaf.localhost:3000";
let world: TestWorld;
let routes: Route[];
let worksheet: TestWorksheet;
let ada: UserId;
let adaCookie: string;
let adaToken: string;

beforeAll(async () => {
  world = await createWorld();
  openWebWith({ services: { ...world.services, close: async () => {} }, sessions: await createSessionCache(world.services) });
  routes = await findRoutes();
  worksheet = await world.worksheet(await world.user("author", "author"), "drift", { tags: ["drift"] });
  await world.worksheet(await world.user("hider", "author"), "hidden", { visibility: "private" });
  ada = await world.user("ada");
  const sessionId = await startSession(world.services, { userId: ada, userAgent: "test" });
  adaCookie = `next-auth.session-token=${await sessionToken(world.services.config.secret ?? "", sessionId)}`;
  adaToken = value(await createToken(world.as(person(ada, "ada")), { name: "t", scopes: ["worksheets:read", "runs:read", "runs:write"], days: 1 })).token;
  await world.engine();
});
afterAll(() => world.close());

/** Every exported method of every route file. */
async function findRoutes(): Promise<Route[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => path.basename(file) === "route.ts" && !file.startsWith("[...rest]"));
  const found = await Promise.all(
    files.map(async (file) => {
      const module = (await import(path.join(folder, file))) as Record<string, Handler>;
      const address = `/${path.dirname(file)}`.replace(/\[(?:\.\.\.)?(\w+)\]/g, "{$1}");
      return Object.entries(module).map(([method, handle]) => ({ method: method.toLowerCase(), path: address, handle }));
    }),
  );
  return found.flat();
}

type Send = {
  readonly params?: Record<string, string | string[]>;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly form?: FormData;
};

async function send(operation: Operation, { params = {}, query = "", body, headers = {}, form }: Send = {}): Promise<Response> {
  const route = routes.find((one) => one.method === operation.method && one.path === operation.path);
  if (!route) throw new Error(`${operation.path} has no route`);
  const request = new Request(`${origin}/api/v1${operation.path}${query}`, {
    method: operation.method.toUpperCase(),
    headers: { "x-forwarded-for": "192.0.2.7", ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(form ? { body: form } : {}),
  });
  const response = await route.handle(request, { params: Promise.resolve(params) });
  // A copy of a stream would go on when the reader of the first has gone.
  await checkAnswer(operation, operation.answer.type === "text/event-stream" && response.ok ? response : response.clone());
  return response;
}

/** Whatever comes back is what the document says comes back. */
async function checkAnswer(operation: Operation, response: Response): Promise<void> {
  if (response.status >= 400) {
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(problemSchema.parse(await response.json())).toMatchObject({ status: response.status });
    const documented =
      (openApiDocument(origin).paths as Record<string, Record<string, { responses: object }>>)[operation.path]?.[operation.method]?.responses ?? {};
    expect(Object.keys(documented)).toContain(String(response.status));
    return;
  }
  expect(response.status).toBe(operation.answer.status);
  if (operation.answer.type) expect(response.headers.get("content-type")).toContain(operation.answer.type);
  if (operation.answer.type === "application/json") (operation.answer.schema as z.ZodType).parse(await response.json());
}

const asAda = () => ({ cookie: adaCookie, origin, "sec-fetch-site": "same-origin" });
const bearer = (token = adaToken) => ({ authorization: `Bearer ${token}` });
const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;
let pop = 100;
const startRun = (headers: Record<string, string> = {}, values: unknown = { pop: pop++ }) =>
  send(operations.startRun, { params: { id: worksheet.slug }, body: { values }, headers });

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

describe("what is refused", () => {
  test("a bearer that is no good, whatever else comes with it", async () => {
    for (const authorization of ["Bearer nonsense", "Bearer ", "Basic YTpi", `Bearer ${adaToken}x`]) {
      expect((await send(operations.listWorksheets, { headers: { ...asAda(), authorization } })).status).toBe(401);
      expect((await startRun({ authorization })).status).toBe(401);
    }
  });

  test("state changes with a person's cookie from anywhere else", async () => {
    const elsewhere: Record<string, string>[] = [
      { cookie: adaCookie },
      { cookie: adaCookie, origin: "https://evil.example" },
      { cookie: adaCookie, origin: "null" },
      { cookie: adaCookie, origin: "http://abc.sheaf.localhost:3000" },
      { cookie: adaCookie, origin, "sec-fetch-site": "same-site" },
      { cookie: adaCookie, origin, "sec-fetch-site": "cross-site" },
      { origin: "https://evil.example" },
    ];
    for (const headers of elsewhere) expect((await startRun(headers)).status).toBe(403);
    expect((await startRun(asAda(), { pop: "x" })).status).toBe(422);
  });

  test("bodies that are no JSON, too large, or of another shape", async () => {
    const params = { id: worksheet.id };
    const post = async (body: unknown, headers: Record<string, string> = {}) => (await send(operations.startRun, { params, body, headers })).status;
    expect(await post("{")).toBe(422);
    expect(await post("[]")).toBe(422);
    expect(await post({ values: [] })).toBe(422);
    expect(await post({ values: { pop: 1 } }, { "content-type": "text/plain" })).toBe(422);
    expect(await post({ values: { pop: "x".repeat(2_000_000) } })).toBe(413);
    const refused = (await (await startRun({}, { pop: 0 })).json()) as { fields: Record<string, string> };
    expect(refused.fields.pop).toContain("at least 1");
  });

  test("tokens to tokens, and what belongs to sessions", async () => {
    expect((await send(operations.listTokens, { headers: bearer() })).status).toBe(403);
    expect((await send(operations.createToken, { body: { name: "x", scopes: ["runs:read"], days: 1 }, headers: bearer() })).status).toBe(403);
    expect((await send(operations.listSessions, { headers: bearer() })).status).toBe(401);
    expect((await send(operations.listTokens)).status).toBe(401);
    expect((await send(operations.revokeToken, { params: { id: `tk_${"0".repeat(26)}` }, headers: asAda() })).status).toBe(404);
  });
});

describe("visitors", () => {
  test("are those we named: a name that somebody made up, or signed otherwise, is none", async () => {
    const cookie = ((await startRun()).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const running = async (text: string) => ((await (await send(operations.showMe, { headers: { cookie: text } })).json()) as { running: number }).running;
    expect(await running(cookie)).toBe(1);
    const bare = cookie.slice(0, cookie.indexOf("."));
    for (const forged of [
      bare,
      `${bare}.`,
      `${bare}.${"A".repeat(43)}`,
      `${cookie.slice(0, -1)}`,
      `sheaf_visitor=vi_${"0".repeat(26)}${cookie.slice(cookie.indexOf("."))}`,
    ])
      expect([forged, await running(forged)]).toEqual([forged, 0]);
    await (await world.take()).finish();
  });

  test("fifty of them behind one address who press Run at once are all answered", async () => {
    const started = await Promise.all(Array.from({ length: 50 }, () => startRun()));
    expect(started.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 202));
    const ids = await Promise.all(started.map(idOf));
    for (let taken = 0; taken < 50; taken++) await (await world.take()).finish();
    for (const id of ids) expect(((await (await send(operations.showRun, { params: { id } })).json()) as { state: string }).state).toBe("done");
  });
});

describe("an upload that is refused", () => {
  test("is not read", async () => {
    const readonlyToken = value(await createToken(world.as(person(await world.user("reader"), "reader")), { name: "r", scopes: ["runs:read"], days: 1 })).token;
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const route = routes.find((one) => one.path === operations.uploadFile.path);
    const headers = { ...bearer(readonlyToken), "content-type": "multipart/form-data; boundary=x" };
    const init = { method: "POST", headers, body, duplex: "half" as const };
    expect((await route?.handle(new Request(`${origin}/api/v1/uploads`, init), { params: Promise.resolve({}) }))?.status).toBe(403);
    expect(pulled).toBeLessThan(200_000);
  });
});

describe("sign-in", () => {
  test("reads no body that is larger than a sign-in", async () => {
    const pull = (controller: ReadableStreamDefaultController) => {
      pulled += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    };
    let pulled = 0;
    const init = {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new ReadableStream({ pull }),
      duplex: "half" as const,
    };
    const answer = await authRoute(new NextRequest(`${origin}/api/auth/callback/credentials`, init), {
      params: Promise.resolve({ nextauth: ["callback", "credentials"] }),
    });
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(1_000_000);
  });
});

describe("a signed-in browser", () => {
  test("manages tokens and sessions, and is out at once", async () => {
    const made = (await (await send(operations.createToken, { body: { name: "x", scopes: ["runs:read"], days: 1 }, headers: asAda() })).json()) as {
      id: string;
      token: string;
    };
    expect((await send(operations.listRuns, { headers: bearer(made.token) })).status).toBe(200);
    expect((await startRun(bearer(made.token))).status).not.toBe(202);
    expect(((await (await send(operations.listTokens, { headers: asAda() })).json()) as { items: unknown[] }).items).toHaveLength(2);
    expect((await send(operations.revokeToken, { params: { id: made.id }, headers: asAda() })).status).toBe(204);
    expect((await send(operations.listRuns, { headers: bearer(made.token) })).status).toBe(401);
    expect(((await (await send(operations.listSessions, { headers: asAda() })).json()) as { items: unknown[] }).items).toHaveLength(1);
    expect((await send(operations.revokeSessions, { query: "?keep=none", headers: asAda() })).status).toBe(200);
    await expect
      .poll(async () => ((await (await send(operations.showMe, { headers: asAda() })).json()) as { person: unknown }).person, { timeout: 2000 })
      .toBeNull();
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
