import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { TokenScope } from "#lib/domain/person.ts";
import { type Operation, operations } from "#server/next/api/operations.ts";
import { problem as problemSchema } from "#server/next/api/schemas.ts";
import { openWebWith } from "#server/next/services.ts";
import { createSessionCache } from "#server/usecases/authenticate-session.ts";
import { completePublication } from "#server/usecases/complete-publication.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { createWorld, person, type TestWorld, textCell, value } from "#tests/world.ts";
import { zip } from "#tests/zip.ts";

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;
type Send = { params?: Record<string, string>; query?: string; body?: unknown; raw?: BodyInit; type?: string; as?: string };

let world: TestWorld;
let ada: string;
let bob: string;
let admin: string;

beforeAll(async () => {
  world = await createWorld({ SHEAF_IMPORT_MB: "4", SHEAF_FILE_MB: "2" });
  openWebWith({ services: { ...world.services, close: async () => {} }, sessions: await createSessionCache(world.services) });
  const token = async (name: string, level: "author" | "admin", scopes: TokenScope[]) =>
    value(await createToken(world.as(person(await world.user(name, level), name, level)), { name: "t", scopes, days: 1 })).token;
  ada = await token("ada", "author", ["projects:write", "runs:write"]);
  bob = await token("bob", "author", ["projects:write"]);
  admin = await token("chief", "admin", ["admin"]);
  await world.engine();
});
afterAll(() => world.close());

/** By the operation's own route; whatever comes back is what the document says comes back. */
async function send(operation: Operation, { params = {}, query = "", body, raw, type, as }: Send = {}): Promise<Response> {
  const file = path.join(import.meta.dirname, `${operation.path.replace(/\{(\w+)\}/g, "[$1]")}/route.ts`);
  if (!existsSync(file)) throw new Error(`${operation.path} has no route`);
  const handle = ((await import(file)) as Record<string, Handler>)[operation.method.toUpperCase()];
  if (!handle) throw new Error(`${operation.method} ${operation.path} has no handler`);
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const contentType = type ?? (body === undefined ? undefined : "application/json");
  const request = new Request(`http://sheaf.localhost:3000/api/v1${operation.path}${query}`, {
    method: operation.method.toUpperCase(),
    headers: { "x-forwarded-for": "192.0.2.7", ...(contentType ? { "content-type": contentType } : {}), ...(as ? { authorization: `Bearer ${as}` } : {}) },
    ...(content === undefined ? {} : { body: content }),
  });
  const response = await handle(request, { params: Promise.resolve(params) });
  await checkAnswer(operation, response.clone());
  return response;
}

async function checkAnswer({ answer, otherwise }: Operation, response: Response): Promise<void> {
  if (response.status >= 400) {
    problemSchema.parse(await response.json());
    return;
  }
  const said = [answer, ...(otherwise ? [otherwise] : [])].find((one) => one.status === response.status);
  expect(said).toBeDefined();
  if (said?.schema) (said.schema as z.ZodType).parse(await response.json());
}

type Made = { id: string; slug: string; title: string; state: string; problem: string | null };
const read = async <T = Made>(response: Response): Promise<T> => (await response.json()) as T;
const status = async (...given: Parameters<typeof send>) => (await send(...given)).status;
let count = 0;
const make = async (more: object = {}, as = ada): Promise<Made> =>
  read(
    await send(operations.createProject, {
      as,
      body: { title: `Project ${count++}`, type: "worksheet", visibility: "public", template: "worksheet-python", ...more },
    }),
  );

describe("projects in the API", () => {
  test("are made, shown, renamed, listed, trashed and brought back", async () => {
    const response = await send(operations.createProject, { as: ada, body: { title: "By hand", type: "shell", visibility: "private" } });
    const made = await read(response);
    expect([response.status, response.headers.get("location"), made.state]).toEqual([201, `/api/v1/projects/${made.id}`, "ready"]);
    expect(await status(operations.createProject, { body: { title: "x" } })).toBe(401);
    expect(await status(operations.createProject, { as: ada, body: { title: "x", type: "game" } })).toBe(422);
    const params = { id: made.id };
    for (const as of [undefined, bob]) expect(await status(operations.showProject, { params, ...(as ? { as } : {}) })).toBe(404);
    expect(await read(await send(operations.updateProject, { as: ada, params, body: { slug: "by-machine", keepOutputs: false } }))).toEqual({
      id: made.id,
      slug: "by-machine",
    });
    expect(await read(await send(operations.showProject, { as: ada, params: { id: made.slug } }))).toMatchObject({ slug: "by-machine", keepOutputs: false });
    const mine = async (query: string) => (await read<{ items: Made[] }>(await send(operations.listProjects, { as: ada, query }))).items.map((one) => one.id);
    expect(await mine("?mine=1")).toContain(made.id);
    expect(await status(operations.listProjects, { query: "?mine=1" })).toBe(401);
    expect(await status(operations.listProjects)).toBe(200);
    expect((await read<{ restorableUntil: string | null }>(await send(operations.trashProject, { as: ada, params }))).restorableUntil).not.toBeNull();
    expect([await mine("?mine=1"), await mine("?trash=1")]).toEqual([expect.not.arrayContaining([made.id]), [made.id]]);
    expect(await status(operations.restoreProject, { as: bob, params })).toBe(404);
    expect(await status(operations.restoreProject, { as: ada, params })).toBe(200);
  });

  test("are copied", async () => {
    const source = await make();
    const copy = await send(operations.copyProject, { as: bob, params: { id: source.slug }, body: { title: "Mine now" } });
    expect([copy.status, (await read(copy)).title]).toEqual([201, "Mine now"]);
    expect(await status(operations.copyProject, { params: { id: source.id }, body: {} })).toBe(401);
    expect(await status(operations.copyProject, { as: bob, params: { id: source.id }, body: { into: "public" } })).toBe(403);
  });

  test("are imported from an archive as the body, from a form, and from one notebook", async () => {
    const archive = zip([
      { name: "top/README.md", content: "# From a zip" },
      { name: "top/a.py", content: "1", deflate: true },
    ]);
    const zipped = await send(operations.importProject, {
      as: ada,
      raw: new Uint8Array(archive),
      type: "application/zip",
      query: "?name=x.zip&visibility=public",
    });
    expect([zipped.status, (await read(zipped)).title]).toEqual([202, "From a zip"]);
    const form = new FormData();
    form.append("title", "From a form");
    form.append("areaSlug", "");
    form.append("files", new File(["# a"], "x"), "folder/README.md");
    form.append("files", new File(["1"], "y"), "folder/deep/y.txt");
    const sent = new Response(form);
    const formed = await read(await send(operations.importProject, { as: ada, raw: await sent.bytes(), type: sent.headers.get("content-type") ?? "" }));
    expect([formed.title, formed.state]).toEqual(["From a form", "ready"]);
    const row = await world.store.findProject(formed.id);
    if (!row?.repositoryId) throw new Error("There are no files.");
    const tree = value(await world.services.forge.listTree(row.repositoryId, value(await world.services.forge.resolve(row.repositoryId, "main"))));
    expect(tree.map((file) => file.path)).toEqual(["README.md", "deep/y.txt"]);
    const notebook = JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [] });
    expect(
      (await read(await send(operations.importProject, { as: ada, raw: notebook, type: "application/x-ipynb+json", query: "?name=my-notes.ipynb" }))).title,
    ).toBe("My notes");
  });

  test("are not imported by strangers, beyond the limit, or from what is no archive; nothing is left on the disk", async () => {
    const importing = (raw: Uint8Array, type: string, as = ada) => status(operations.importProject, { raw: new Uint8Array(raw), type, as });
    expect(await status(operations.importProject, { raw: new Uint8Array(10), type: "application/zip" })).toBe(401);
    expect(await importing(new Uint8Array(5 * 1024 * 1024), "application/zip")).toBe(413);
    expect(await importing(Buffer.from("PK\x03\x04"), "application/zip")).toBe(422);
    const form = new FormData();
    for (const name of ["a", "b", "c"]) form.append("files", new File([new Uint8Array(1.9 * 1024 * 1024)], name));
    const large = new Response(form);
    expect(await importing(await large.bytes(), large.headers.get("content-type") ?? "")).toBe(413);
    expect(await importing(Buffer.from("--x\r\nbroken"), "multipart/form-data; boundary=x")).toBe(422);
    expect(await importing(Buffer.from("--x--\r\n"), "multipart/form-data; boundary=x")).toBe(422);
    expect(await readdir(path.join(world.folder, "temporary")).catch(() => [])).toEqual([]);
  });

  test("from an address are answered at once; addresses of this machine are refused, and no password is kept", async () => {
    const sent = { url: "http://somebody:secret-word@127.0.0.1:1/private.git" };
    const made = await read(await send(operations.importProject, { as: ada, body: sent }));
    expect(made.title).toBe("Private");
    await expect.poll(async () => (await world.store.findProject(made.id))?.state, { timeout: 60_000 }).toBe("failed");
    const row = await world.store.findProject(made.id);
    expect(JSON.stringify(row)).not.toContain("secret-word");
    for (const url of ["file:///etc/passwd", "ssh://git@host/x", "nonsense", ""])
      expect(await status(operations.importProject, { as: ada, body: { url } })).toBe(422);
    expect(await status(operations.trashProject, { as: ada, params: { id: made.id } })).toBe(200);
    expect(await status(operations.showProject, { as: ada, params: { id: made.id } })).toBe(404);
  });
});

describe("worksheets of a project in the API", () => {
  const notebook = "worksheet.ipynb";

  test("are listed, marked, tried, published and taken back", async () => {
    const { id } = await make();
    const params = { id };
    const shown = await read<{ stamp: string }>(await send(operations.showParameters, { as: ada, params, query: `?path=${notebook}` }));
    const parameters = { growth_rate: { label: "Rate" }, carrying_capacity: {} };
    const body = { path: notebook, stamp: shown.stamp, parameters };
    expect(await read(await send(operations.setParameters, { as: ada, params, body }))).toMatchObject({ parameters: [{ label: "Rate" }, {}] });
    expect(await status(operations.setParameters, { as: ada, params, body })).toBe(409);
    expect(await status(operations.setParameters, { as: bob, params, body })).toBe(403);
    const tried = await send(operations.startPreview, { as: ada, params, body: { path: notebook, values: { growth_rate: 1 } } });
    expect(tried.status).toBe(202);
    await (await world.take()).finish([textCell(3, "x")]);
    expect(await status(operations.startPreview, { as: bob, params, body: { path: notebook } })).toBe(403);

    const published = await send(operations.publishWorksheet, { as: ada, params, body: { path: notebook } });
    expect(published.status).toBe(202);
    const { worksheetId } = await read<{ worksheetId: string }>(published);
    const engine = await world.take();
    await engine.finish([textCell(3, "x")]);
    await completePublication(world.services, engine.run.id);
    expect(await read(await send(operations.listProjectWorksheets, { as: ada, params }))).toMatchObject({ items: [{ state: "published" }] });
    expect(await status(operations.listProjectWorksheets, { params })).toBe(403);
    expect(await status(operations.unpublishWorksheet, { as: bob, params: { id, worksheetId } })).toBe(403);
    expect(await status(operations.unpublishWorksheet, { as: ada, params: { id, worksheetId } })).toBe(200);
  });

  test("with problems are answered as such, not as a failure", async () => {
    const broken = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 4,
      metadata: { kernelspec: { name: "julia", language: "julia", display_name: "J" } },
      cells: [],
    });
    const { id } = await read(await send(operations.importProject, { as: ada, raw: broken, type: "application/x-ipynb+json", query: "?name=j.ipynb" }));
    const response = await send(operations.publishWorksheet, { as: ada, params: { id }, body: { path: "j.ipynb" } });
    expect([response.status, await response.json()]).toMatchObject([200, { kind: "problems", problems: [{ severity: "error" }] }]);
  });
});

describe("the official shelf in the API", () => {
  test("is asked for, withdrawn, decided, and left", async () => {
    const params = { id: (await make()).id };
    const asked = await read(await send(operations.requestOfficial, { as: ada, params, body: { note: "Please" } }));
    expect(await read(await send(operations.showOfficialRequest, { as: ada, params }))).toMatchObject({ request: { id: asked.id, state: "open" } });
    expect(await status(operations.listOfficialRequests, { as: ada })).toBe(403);
    expect(await read(await send(operations.listOfficialRequests, { as: admin }))).toMatchObject({ items: [{ id: asked.id }] });
    expect(await status(operations.withdrawOfficialRequest, { as: ada, params })).toBe(204);
    const again = await read(await send(operations.requestOfficial, { as: ada, params, body: {} }));
    const decide = (as: string, body: object) => status(operations.decideOfficialRequest, { as, params: { id: again.id }, body });
    expect([await decide(ada, { decision: "accept" }), await decide(admin, { decision: "maybe" }), await decide(admin, { decision: "accept" })]).toEqual([
      404, 422, 200,
    ]);
    expect(await read(await send(operations.showProject, { params }))).toMatchObject({ official: true });
    expect([await status(operations.setUnofficial, { as: ada, params }), await status(operations.setUnofficial, { as: admin, params })]).toEqual([403, 204]);
  });
});
