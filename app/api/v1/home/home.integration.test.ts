import { afterAll, beforeAll, expect, test } from "vitest";
import type { HomeEntryView, HomeUploadView, TrashedEntryView } from "#lib/domain/home.ts";
import type { TokenScope } from "#lib/domain/person.ts";
import { openWebWith } from "#server/next/services.ts";
import { sessionToken } from "#server/next/session-token.ts";
import { createSessionCache } from "#server/usecases/authenticate-session.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { startSession } from "#server/usecases/start-session.ts";
import { createWorld, person, type TestWorld, value } from "#tests/world.ts";
import * as archive from "./archive/route.ts";
import * as file from "./files/[...path]/route.ts";
import * as files from "./files/route.ts";
import * as trashed from "./trash/[id]/route.ts";
import * as trash from "./trash/route.ts";
import * as upload from "./uploads/[id]/route.ts";
import * as uploads from "./uploads/route.ts";
import * as usage from "./usage/route.ts";

const origin = "http://sheaf.localhost:3000";
let world: TestWorld;
let cookies: Record<"ada" | "bob", string>;
let readToken: string;

beforeAll(async () => {
  world = await createWorld({ SHEAF_HOME_MB: "1" });
  openWebWith({ services: { ...world.services, close: async () => {} }, sessions: await createSessionCache(world.services) });
  const cookieOf = async (name: string) => {
    const sessionId = await startSession(world.services, { userId: await world.user(name), userAgent: "test" });
    return `next-auth.session-token=${await sessionToken(world.services.config.secret ?? "", sessionId)}`;
  };
  cookies = { ada: await cookieOf("ada"), bob: await cookieOf("bob") };
  const scopes: TokenScope[] = ["runs:read"];
  const ada = await world.store.findUserByName("ada");
  if (!ada) throw new Error("ada is gone");
  readToken = value(await createToken(world.as(person(ada.id, "ada")), { name: "t", scopes, days: 1 })).token;
});
afterAll(() => world.close());

type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;
type Asked = {
  readonly as?: "ada" | "bob" | "token" | null;
  readonly body?: BodyInit;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
  readonly query?: string;
};

/** Asks as Ada's browser does, unless told otherwise. */
function ask(
  method: Uppercase<string>,
  handler: unknown,
  params: Record<string, string | string[]> = {},
  { as = "ada", body, json, headers = {}, query = "" }: Asked = {},
) {
  const who: Record<string, string> =
    as === null ? {} : as === "token" ? { authorization: `Bearer ${readToken}` } : { cookie: cookies[as], origin, "sec-fetch-site": "same-origin" };
  const request = new Request(`${origin}/api/v1/home/x${query}`, {
    method,
    headers: { "x-forwarded-for": "192.0.2.7", ...who, ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
  });
  return (handler as Handler)(request, { params: Promise.resolve(params) });
}
const at = (path: string) => ({ path: path.split("/") });
const answer = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T;
const statusOf = async (response: Promise<Response>) => (await response).status;

test("a file goes there and back, whole and in part, and is never shown by the browser", async () => {
  const written = await ask("PUT", file.PUT, at("private/a b/ä.html"), { body: "<script>1</script>" });
  expect(written.status).toBe(200);
  expect((await answer<HomeEntryView>(Promise.resolve(written.clone()))).path).toBe("private/a b/ä.html");
  const opened = await ask("GET", file.GET, at("private/a b/ä.html"));
  expect(await opened.text()).toBe("<script>1</script>");
  expect(opened.headers.get("etag")).toBe(written.headers.get("etag"));
  expect(opened.headers.get("content-type")).toBe("application/octet-stream");
  expect(opened.headers.get("content-disposition")).toMatch(/^attachment; /);
  expect(opened.headers.get("x-content-type-options")).toBe("nosniff");
  expect(opened.headers.get("content-security-policy")).toContain("sandbox");
  const part = await ask("GET", file.GET, at("private/a b/ä.html"), { headers: { range: "bytes=1-6" } });
  expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([206, "script", "bytes 1-6/18"]);
  expect(await statusOf(ask("GET", file.GET, at("private/a b/ä.html"), { headers: { range: "bytes=100-" } }))).toBe(416);
  expect(await statusOf(ask("GET", file.GET, at("private/a b/ä.html"), { headers: { "if-none-match": opened.headers.get("etag") ?? "" } }))).toBe(304);
});

test("a write insists on the file it means", async () => {
  const put = (text: string, headers: Record<string, string>) => ask("PUT", file.PUT, at("private/insist.txt"), { body: text, headers });
  const first = await put("1", { "if-none-match": "*" });
  expect(first.status).toBe(200);
  expect(await statusOf(put("2", { "if-none-match": "*" }))).toBe(409);
  expect(await statusOf(put("2", { "if-match": first.headers.get("etag") ?? "" }))).toBe(200);
  expect(await statusOf(put("3", { "if-match": first.headers.get("etag") ?? "" }))).toBe(409);
  expect(await (await ask("GET", file.GET, at("private/insist.txt"))).text()).toBe("2");
});

test("nobody but the person reaches a home, and a token no further than its scopes", async () => {
  await ask("PUT", file.PUT, at("private/mine.txt"), { body: "mine" });
  expect(await statusOf(ask("GET", files.GET, {}, { as: null }))).toBe(401);
  expect(await statusOf(ask("PUT", file.PUT, at("private/x"), { as: null, body: "x" }))).toBe(401);
  expect(await statusOf(ask("GET", file.GET, at("private/mine.txt"), { as: "bob" }))).toBe(404);
  expect(await statusOf(ask("GET", file.GET, at("../ada/private/mine.txt"), { as: "bob" }))).toBe(422);
  expect(await statusOf(ask("GET", file.GET, at("private/mine.txt"), { as: "token" }))).toBe(200);
  expect(await statusOf(ask("PUT", file.PUT, at("private/mine.txt"), { as: "token", body: "x" }))).toBe(403);
  expect(await statusOf(ask("DELETE", file.DELETE, at("private/mine.txt"), { as: "token" }))).toBe(403);
  expect(
    await statusOf(ask("DELETE", file.DELETE, at("private/mine.txt"), { headers: { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" } })),
  ).toBe(403);
});

test("folders are listed, made, moved, deleted and brought back", async () => {
  expect((await answer<HomeEntryView>(ask("POST", file.POST, at("private/box"), { json: { action: "make-folder" } }))).kind).toBe("folder");
  expect(await statusOf(ask("POST", file.POST, at("private/box"), { json: { action: "make-folder" } }))).toBe(409);
  await ask("PUT", file.PUT, at("private/box/.hidden"), { body: "x" });
  await ask("PUT", file.PUT, at("private/box/seen.txt"), { body: "x" });
  const list = async (query: string) => (await answer<{ items: HomeEntryView[] }>(ask("GET", files.GET, {}, { query }))).items.map((entry) => entry.name);
  expect(await list("?folder=private/box")).toEqual(["seen.txt"]);
  expect(await list("?folder=private/box&hidden=true")).toEqual([".hidden", "seen.txt"]);
  expect(await list("")).toEqual(["private", "projects", "runs", "settings"]);
  expect(await statusOf(ask("POST", file.POST, at("private/box"), { json: { action: "move", to: "private/crate" } }))).toBe(201);
  for (const kept of ["projects", "runs", "settings", "private"]) {
    expect(await statusOf(ask("POST", file.POST, at(kept), { json: { action: "move", to: "private/x" } }))).toBe(403);
    expect(await statusOf(ask("DELETE", file.DELETE, at(kept)))).toBe(403);
  }
  const gone = await answer<TrashedEntryView>(ask("DELETE", file.DELETE, at("private/crate")));
  expect(new Date(gone.removedAt).getTime() - new Date(gone.trashedAt).getTime()).toBe(world.services.config.projects.trashDays * 86_400_000);
  expect((await answer<{ items: TrashedEntryView[] }>(ask("GET", trash.GET))).items).toEqual([gone]);
  expect((await answer<HomeEntryView>(ask("POST", trashed.POST, { id: gone.id }))).path).toBe("private/crate");
  const again = await answer<TrashedEntryView>(ask("DELETE", file.DELETE, at("private/crate")));
  expect(await statusOf(ask("DELETE", trashed.DELETE, { id: again.id.slice(0, 1) }))).toBe(204);
  expect((await answer<{ items: unknown[] }>(ask("GET", trash.GET))).items).toHaveLength(1);
  expect(await statusOf(ask("DELETE", trash.DELETE))).toBe(204);
  expect(await statusOf(ask("POST", trashed.POST, { id: again.id }))).toBe(404);
});

test("a large file comes in pieces, over a line that is cut", async () => {
  const begun = await ask("POST", uploads.POST, {}, { json: { path: "private/large.bin", totalBytes: 9 } });
  expect(begun.status).toBe(201);
  const { id } = await answer<HomeUploadView>(Promise.resolve(begun));
  const piece = (offset: number, body: BodyInit) => ask("PUT", upload.PUT, { id }, { body, query: `?offset=${offset}` });
  const cut = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("012")),
    pull: (controller) => controller.error(new Error("aborted")),
  });
  const request = new Request(`${origin}/api/v1/home/x?offset=0`, {
    method: "PUT",
    headers: { cookie: cookies.ada, origin },
    body: cut,
    duplex: "half",
  } as RequestInit);
  expect(await statusOf(upload.PUT(request, { params: Promise.resolve({ id }) }))).toBe(503);
  expect((await answer<HomeUploadView>(ask("GET", upload.GET, { id }))).receivedBytes).toBe(3);
  expect(await statusOf(piece(0, "012345678"))).toBe(409);
  expect(await statusOf(ask("GET", upload.GET, { id }, { as: "bob" }))).toBe(404);
  expect((await answer<HomeUploadView>(piece(3, "345678"))).receivedBytes).toBe(9);
  expect((await answer<HomeEntryView>(ask("POST", upload.POST, { id }))).path).toBe("private/large.bin");
  expect(await (await ask("GET", file.GET, at("private/large.bin"))).text()).toBe("012345678");
  const other = await answer<HomeUploadView>(ask("POST", uploads.POST, {}, { json: { path: "private/other.bin", totalBytes: 9 } }));
  expect(await statusOf(ask("DELETE", upload.DELETE, { id: other.id }))).toBe(204);
  expect(await statusOf(ask("GET", upload.GET, { id: other.id }))).toBe(404);
});

test("in a full home everything goes on but what needs room", async () => {
  const large = "x".repeat(900_000);
  expect(await statusOf(ask("PUT", file.PUT, at("private/full.bin"), { as: "bob", body: large }))).toBe(200);
  const refused = await ask("PUT", file.PUT, at("private/more.bin"), { as: "bob", body: large });
  expect(refused.status).toBe(413);
  expect(((await refused.json()) as { detail: string }).detail).toContain("no room");
  expect(await statusOf(ask("POST", uploads.POST, {}, { as: "bob", json: { path: "private/more.bin", totalBytes: 900_000 } }))).toBe(413);
  const { usedBytes, limitBytes } = await answer<{ usedBytes: number; limitBytes: number }>(ask("GET", usage.GET, {}, { as: "bob" }));
  expect(usedBytes / limitBytes).toBeGreaterThan(0.8);
  expect(await statusOf(ask("GET", files.GET, {}, { as: "bob" }))).toBe(200);
  expect(await statusOf(ask("GET", file.GET, at("private/full.bin"), { as: "bob" }))).toBe(200);
  expect(await statusOf(ask("POST", file.POST, at("private/full.bin"), { as: "bob", json: { action: "move", to: "private/still.bin" } }))).toBe(201);
  expect(await statusOf(ask("DELETE", file.DELETE, at("private/still.bin"), { as: "bob" }))).toBe(200);
  expect(await statusOf(ask("DELETE", trash.DELETE, {}, { as: "bob" }))).toBe(204);
  expect(await statusOf(ask("PUT", file.PUT, at("private/more.bin"), { as: "bob", body: large }))).toBe(200);
});

test("a body beyond one piece is refused before it is read", async () => {
  expect(await statusOf(ask("PUT", file.PUT, at("private/huge.bin"), { body: "x", headers: { "content-length": String(65 * 1024 * 1024) } }))).toBe(413);
});

test("a folder comes as an archive, also for a token that reads; not for strangers", async () => {
  await ask("PUT", file.PUT, at("private/kept/ä.txt"), { body: "kept" });
  const response = await ask("GET", archive.GET, {}, { as: "token", query: "?folder=private/kept" });
  expect(response.headers.get("content-type")).toBe("application/zip");
  expect(response.headers.get("content-disposition")).toContain('filename="kept.zip"');
  expect(Buffer.from(await response.arrayBuffer()).toString("utf8")).toContain("kept/ä.txt");
  expect(await statusOf(ask("GET", archive.GET, {}, { as: "bob", query: "?folder=private/kept" }))).toBe(404);
  expect(await statusOf(ask("GET", archive.GET, {}, { as: null }))).toBe(401);
});
