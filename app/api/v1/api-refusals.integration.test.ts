import { NextRequest } from "next/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations } from "#server/next/api/operations.ts";
import { authRoute } from "#server/next/auth-route.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { type ApiSite, createApiSite, idOf, origin, type Route } from "#tests/api-site.ts";
import { person, value } from "#tests/world.ts";

let world: ApiSite["world"];
let worksheet: ApiSite["worksheet"];
let routes: readonly Route[];
let adaCookie: string;
let adaToken: string;
let send: ApiSite["send"];
let asAda: ApiSite["asAda"];
let bearer: ApiSite["bearer"];
let startRun: ApiSite["startRun"];

beforeAll(async () => {
  ({ world, worksheet, routes, adaCookie, adaToken, send, asAda, bearer, startRun } = await createApiSite());
});
afterAll(() => world.close());

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
