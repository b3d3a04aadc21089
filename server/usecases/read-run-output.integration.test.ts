import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunId, UserId, WorksheetId } from "#lib/domain/ids.ts";
import type { CellResult } from "#lib/domain/run.ts";
import { newId } from "#server/ids.ts";
import { byToken, code, createWorld, person, type TestWorld, value, visitor } from "#tests/world.ts";
import { readRunOutput } from "./read-run-output.ts";
import { startRun } from "./start-run.ts";

let world: TestWorld;
let ada: UserId;
let bob: UserId;
let id: RunId;
const bytes = Buffer.alloc(6000, 7);
const svg = "<svg/>";
const cell: CellResult = {
  index: 4,
  outputs: [
    { output_type: "stream", name: "stdout", text: "x" },
    { output_type: "display_data", data: { "image/png": `${bytes.toString("base64").slice(0, 76)}\n${bytes.toString("base64").slice(76)}` }, metadata: {} },
    { output_type: "execute_result", data: { "image/svg+xml": svg, "image/png": "AAAA" }, metadata: {}, execution_count: 1 },
  ],
  executionCount: 1,
  durationMs: 1,
};

beforeAll(async () => {
  world = await createWorld();
  ada = await world.user("ada");
  bob = await world.user("bob");
  const sheet = await world.worksheet(await world.user("author", "author"), "drift");
  await world.engine();
  id = value(await startRun(world.as(person(ada, "ada")), { worksheetId: sheet.id, values: { pop: 3 }, fresh: true })).id;
});
afterAll(() => world.close());

const read = (who: Parameters<TestWorld["as"]>[0], cellIndex: number, position: number, run: string = id) =>
  readRunOutput(world.as(who), { id: run, cell: cellIndex, position });

test("a run that goes on has no figures to fetch", async () => {
  expect(code(await read(person(ada, "ada"), 4, 1))).toBe("not_found");
  await (await world.take()).finish([cell]);
});

test("the figures of a run are its reader's, byte for byte, and nobody else's", async () => {
  const figure = value(await read(person(ada, "ada"), 4, 1));
  expect([figure.mediaType, Buffer.compare(figure.bytes, bytes), figure.forEverybody]).toEqual(["image/png", 0, false]);
  expect(figure.stamp).toEqual({
    title: expect.stringMatching(/./),
    source: expect.stringMatching(new RegExp(`^https?://.+/runs/${id}$`)),
    commit: expect.anything(),
  });
  const drawn = value(await read(person(ada, "ada"), 4, 2));
  expect([drawn.mediaType, Buffer.from(drawn.bytes).toString()]).toEqual(["image/svg+xml", svg]);
  for (const other of [person(bob, "bob"), visitor(null), byToken(ada, "ada", ["worksheets:read"])]) expect(code(await read(other, 4, 1))).toBe("not_found");
  await world.store.updateRun(id, { shared: true });
  for (const other of [person(bob, "bob"), visitor(null)]) expect(value(await read(other, 4, 1)).forEverybody).toBe(false);
});

test.each([
  [4, 0],
  [4, 3],
  [4, -1],
  [-1, 0],
  [5, 1],
  [4, 999_999],
])("there is no figure at cell %i, place %i", async (cellIndex, position) =>
  expect(code(await read(person(ada, "ada"), cellIndex, position))).toBe("not_found"),
);

test("and none of a run that does not exist", async () => {
  for (const other of ["", "../x", `run_${"0".repeat(26)}`]) expect(code(await read(person(ada, "ada"), 4, 1, other))).toBe("not_found");
});

test("a published figure is for everybody only while its worksheet is", async () => {
  const author = await world.user("publisher", "author");
  for (const [slug, visibility] of [
    ["open-sheet", "public"],
    ["closed-sheet", "private"],
  ] as const) {
    const sheet = await world.worksheet(author, slug, { visibility });
    const versionId = (await world.store.findWorksheet(sheet.id))?.worksheet.currentVersionId;
    if (!versionId) throw new Error("the worksheet has a version");
    const run = newId("run");
    const common = { worksheetId: sheet.id as WorksheetId, versionId, purpose: "publish" as const, values: {}, cacheKey: slug, queueKey: "publish" };
    await world.store.insertRun({ id: run, ...common });
    await (await world.take()).finish([cell]);
    expect(value(await read(person(author, "publisher", "author"), 4, 1, run)).forEverybody).toBe(visibility === "public");
  }
});
