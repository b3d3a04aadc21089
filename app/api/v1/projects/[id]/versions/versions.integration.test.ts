import { afterAll, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import type { ProjectId } from "#lib/domain/ids.ts";
import type { Operation } from "#server/next/api/operations.ts";
import { versionOperations } from "#server/next/api/version-operations.ts";
import { openWebWith } from "#server/next/services.ts";
import { createSessionCache } from "#server/usecases/authenticate-session.ts";
import { createToken } from "#server/usecases/create-token.ts";
import { type Author, asLab, author, project } from "#tests/project-world.ts";
import { createWorld, type TestWorld, value } from "#tests/world.ts";
import { GET as compare } from "../compare/route.ts";
import { DELETE as deleteFile, GET as readFile, PUT as writeFile } from "../files/[...path]/route.ts";
import { GET as listFiles } from "../files/route.ts";
import { GET as upstream } from "../upstream/route.ts";
import { POST as discard } from "../working-copy/discard/route.ts";
import { POST as prepare, GET as state } from "../working-copy/route.ts";
import { GET as openFile } from "./[commit]/files/[...path]/route.ts";
import { POST as restore } from "./[commit]/restore/route.ts";
import { GET as show } from "./[commit]/route.ts";
import { GET as list, POST as save } from "./route.ts";

let world: TestWorld;
let ada: Author;
let id: ProjectId;
let headers: Record<string, string>;
let readOnly: Record<string, string>;
beforeAll(async () => {
  world = await createWorld({ SHEAF_FILE_MB: "1" });
  openWebWith({ services: { ...world.services, close: async () => {} }, sessions: await createSessionCache(world.services) });
  ada = await author(world, "ada");
  id = await project(world, ada.user.id, "drift", { "notebook.ipynb": "{}", "data/a.csv": "1,2\n" });
  const tokenWith = async (scope: "projects:write" | "worksheets:read") => ({
    authorization: `Bearer ${value(await createToken(ada.ctx, { name: scope, scopes: [scope], days: 1 })).token}`,
  });
  headers = await tokenWith("projects:write");
  readOnly = await tokenWith("worksheets:read");
});
afterAll(() => world.close());

type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;
type Asking = { params?: Record<string, string | string[]>; query?: string; json?: unknown; body?: BodyInit; with?: Record<string, string> };

/** Asks, and holds the answer to what the document says. */
async function ask(operation: Operation, handle: Handler, { params = {}, query = "", json, body, with: given = headers }: Asking = {}): Promise<Response> {
  const request = new Request(`http://sheaf.localhost:3000/api/v1/projects${query}`, {
    method: operation.method.toUpperCase(),
    headers: { ...given, ...(json === undefined ? {} : { "content-type": "application/json" }) },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  });
  const response = await handle(request, { params: Promise.resolve({ id, ...params }) });
  if (response.ok) {
    expect(response.status).toBe(operation.answer.status);
    if (operation.answer.type === "application/json") (operation.answer.schema as z.ZodType).parse(await response.clone().json());
  } else expect(response.headers.get("content-type")).toBe("application/problem+json");
  return response;
}

const { writeProjectFile, readProjectFile, saveVersion, showWorkingCopy } = versionOperations;
const versionOf = async (response: Response) => ((await response.json()) as { version: { commit: string; number: number } }).version;

test("a program writes files, saves a version, reads it back, and goes back to the one before", async () => {
  const data = { path: ["data", "new.csv"] };
  const written = await ask(writeProjectFile, writeFile, { params: data, body: "3,4\n" });
  const { stamp } = (await written.json()) as { stamp: string };
  const opened = await ask(readProjectFile, readFile, { params: data });
  expect([await opened.text(), opened.headers.get("stamp"), opened.headers.get("x-content-type-options")]).toEqual(["3,4\n", stamp, "nosniff"]);
  await asLab(world, ada, "projects/drift").write("data/new.csv", "the lab was here\n");
  expect((await ask(writeProjectFile, writeFile, { params: data, body: "5\n", with: { ...headers, "if-stamp": stamp } })).status).toBe(409);
  const listed = (await (await ask(versionOperations.listProjectFiles, listFiles, { query: "?folder=data" })).json()) as { items: { path: string }[] };
  expect(listed.items.map((item) => item.path)).toEqual(["data/a.csv", "data/new.csv"]);
  const seen = (await (await ask(showWorkingCopy, state)).json()) as { changes: unknown[]; suggestedMessage: string };
  expect(seen).toMatchObject({ changes: [{ path: "data/new.csv", kind: "added" }], suggestedMessage: "Add data/new.csv" });
  const second = await versionOf(await ask(saveVersion, save, { json: { message: "From a script" } }));
  expect(second.number).toBe(2);
  expect((await ask(saveVersion, save, { json: { message: "Again" } })).status).toBe(409);
  const page = (await (await ask(versionOperations.listVersions, list, { query: "?limit=1", with: readOnly })).json()) as {
    items: { message: string }[];
    next: string;
  };
  expect(page.items).toMatchObject([{ message: "From a script" }]);
  const rest = (await (await ask(versionOperations.listVersions, list, { query: `?cursor=${page.next}` })).json()) as {
    items: { commit: string }[];
    next: null;
  };
  expect(rest).toMatchObject({ items: [{ number: 1 }], next: null });
  const file = await ask(versionOperations.openVersionFile, openFile, { params: { commit: second.commit, ...data }, with: readOnly });
  expect(await file.text()).toBe("the lab was here\n");
  const shown = await ask(versionOperations.showVersion, show, { params: { commit: second.commit } });
  expect(await shown.json()).toMatchObject({ before: { number: 1 }, newest: true, changes: [{ path: "data/new.csv", kind: "added" }] });
  const first = rest.items[0]?.commit ?? "";
  const differ = await ask(versionOperations.compareVersions, compare, { query: `?from=${first}&to=working` });
  expect(await differ.json()).toMatchObject({ from: { number: 1 }, to: null, changeCount: 1 });
  await ask(writeProjectFile, writeFile, { params: { path: ["unsaved.txt"] }, body: "x" });
  const going = { params: { commit: first } };
  expect((await ask(versionOperations.restoreVersion, restore, { ...going, json: {} })).status).toBe(409);
  expect((await versionOf(await ask(versionOperations.restoreVersion, restore, { ...going, json: { keep: "save" } }))).number).toBe(4);
  expect((await ask(readProjectFile, readFile, { params: data })).status).toBe(404);
});

test("files go to the trash, changes are thrown away, and a working copy is brought up to date", async () => {
  await ask(versionOperations.deleteProjectFile, deleteFile, { params: { path: ["data", "a.csv"] } });
  expect((await ask(versionOperations.discardChanges, discard, { json: {} }).then((response) => response.json())) as unknown).toEqual({
    discarded: ["data/a.csv"],
  });
  expect(await (await ask(versionOperations.prepareWorkingCopy, prepare)).json()).toMatchObject({ folder: "projects/drift", merged: [] });
  expect((await ask(versionOperations.showUpstream, upstream)).status).toBe(404);
});

test("files of a megabyte and more are refused, whatever was said of their length", async () => {
  const large = new ReadableStream({
    start(controller) {
      for (let piece = 0; piece < 30; piece++) controller.enqueue(new Uint8Array(100_000));
      controller.close();
    },
  });
  const request = new Request("http://sheaf.localhost:3000/x", { method: "PUT", headers, body: large, duplex: "half" } as RequestInit);
  expect((await writeFile(request, { params: Promise.resolve({ id, path: ["large.bin"] }) })).status).toBe(413);
  expect((await ask(readProjectFile, readFile, { params: { path: ["large.bin"] } })).status).toBe(404);
});

test("who may only read, or is nobody, changes nothing and sees no private project", async () => {
  for (const given of [readOnly, {}]) {
    const status = given === readOnly ? 403 : 404;
    expect((await ask(writeProjectFile, writeFile, { params: { path: ["a.txt"] }, body: "x", with: given })).status).toBe(status);
    expect((await ask(saveVersion, save, { json: {}, with: given })).status).toBe(status);
    expect((await ask(versionOperations.prepareWorkingCopy, prepare, { with: given })).status).toBe(status);
  }
});
