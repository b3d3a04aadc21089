import { drizzle } from "drizzle-orm/postgres-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as schema from "#drizzle/schema/index.ts";
import type { UserId } from "#lib/domain/ids.ts";
import type { Page, WorksheetCard } from "#lib/domain/worksheet.ts";
import { worksheetQueries } from "#server/adapters/store/worksheets.ts";
import { code, createWorld, person, type TestWorld, value, visitor } from "#tests/world.ts";
import { findPagesOf } from "./find-pages-of.ts";
import { listAreas, showArea } from "./list-areas.ts";
import { listProjects } from "./list-projects.ts";
import { type ListWorksheets, listWorksheets } from "./list-worksheets.ts";
import { readThumbnail } from "./read-thumbnail.ts";
import { showProject } from "./show-project.ts";
import { showWorksheet } from "./show-worksheet.ts";

let world: TestWorld;
let author: UserId;
const anyone = () => world.as(visitor());
const day = (number: number) => new Date(Date.UTC(2026, 0, number));

beforeAll(async () => {
  world = await createWorld();
  author = await world.user("author", "author");
  await world.worksheet(author, "drift", { title: "Genetic drift in small populations", tags: ["simulation", "genetics"], publishedAt: day(1) });
  await world.worksheet(author, "selection", { title: "Natural selection", tags: ["simulation"], publishedAt: day(2), official: true });
  await world.worksheet(author, "sir", { title: "The SIR model of epidemics", area: "epidemiology", tags: ["simulation"], publishedAt: day(3) });
  await world.worksheet(author, "enzyme", { title: "Michaelis–Menten kinetics", area: "biochemistry", publishedAt: day(4) });
  await world.worksheet(author, "draft", { title: "A private draft on drift", visibility: "private", publishedAt: day(5) });
});
afterAll(() => world.close());

async function slugs(input: ListWorksheets): Promise<string[]> {
  return value(await listWorksheets(anyone(), input)).items.map((card) => card.slug);
}

async function walk(input: ListWorksheets, between: (page: Page<WorksheetCard>) => Promise<void> = async () => {}): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = value(await listWorksheets(anyone(), { ...input, cursor }));
    seen.push(...page.items.map((card) => card.slug));
    if (page.next === null) return seen;
    cursor = page.next;
    await between(page);
  }
}

test("public projects are listed once each, whole over pages, with their public worksheets counted", async () => {
  const all = value(await listProjects(anyone(), {}));
  expect(all.items.reduce((sum, project) => sum + project.worksheets, 0)).toBe(4);
  expect(all.items.every((project) => project.worksheets > 0)).toBe(true);
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = value(await listProjects(anyone(), { limit: 1, cursor }));
    seen.push(...page.items.map((project) => project.slug));
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(seen).toEqual(all.items.map((project) => project.slug));
  expect(code(await listProjects(anyone(), { cursor: "abc" }))).toBe("invalid");
  const ofOthers = async (id: UserId) => value(await listProjects(world.as(person(id, "x", "author")), { others: true })).items.length;
  expect([await ofOthers(author), await ofOthers(await world.user("another", "author"))]).toEqual([0, all.items.length]);
});

describe("the gallery", () => {
  test("shows official worksheets first, then the newest, and nothing private", async () => {
    expect(await slugs({})).toEqual(["selection", "enzyme", "sir", "drift"]);
    expect(value(await listWorksheets(world.as(person(author, "author", "author")), {})).items).toHaveLength(4);
  });

  test("narrows by area, tag and words together", async () => {
    expect(await slugs({ area: "genetics" })).toEqual(["selection", "drift"]);
    expect(await slugs({ tag: "simulation" })).toEqual(["selection", "sir", "drift"]);
    expect(await slugs({ tag: "simulation", area: "genetics", query: "drift" })).toEqual(["drift"]);
    expect(await slugs({ area: "nowhere" })).toEqual([]);
  });

  test.each([
    ["a stem", "populations genetics", ["drift"]],
    ["another form of the word", "epidemic", ["sir"]],
    ["a word half typed", "epidem", ["sir"]],
    ["a word typed beyond its stem", "populatio", ["drift"]],
    ["two words, the last half typed", "genetic dri", ["drift"]],
    ["a tag", "genetics", ["drift"]],
    ["a word with an accent or dash beside it", "Menten", ["enzyme"]],
    ["a phrase", '"natural selection"', ["selection"]],
    ["an exclusion", "simulation -epidemics", ["selection", "drift"]],
    ["nothing that is there", "zebra", []],
    ["signs alone: everything", "&|!:*", ["selection", "enzyme", "sir", "drift"]],
    ["what looks like a query's syntax", "drift:* | (", ["drift"]],
    ["quotes that are not closed", '"genetic drift', ["drift"]],
  ])("finds by %s", async (_what, query, expected) => {
    expect((await slugs({ query })).sort()).toEqual([...expected].sort());
  });

  test("pages end, repeat nothing and lose nothing while others publish", async () => {
    let number = 0;
    const seen = await walk(
      { limit: 1 },
      async () => void (await world.worksheet(author, `late-${number++}`, { publishedAt: day(10 + number), area: "late", official: true })),
    );
    expect(seen).toEqual(["selection", "enzyme", "sir", "drift"]);
    const found = await walk({ limit: 1, query: "simulation" });
    expect(found.toSorted()).toEqual(["drift", "selection", "sir"]);
    expect(code(await listWorksheets(anyone(), { cursor: "bm9uc2Vuc2U" }))).toBe("invalid");
  });

  test("areas say how many public worksheets they have", async () => {
    expect(Object.fromEntries(value(await listAreas(anyone())).map((area) => [area.slug, area.worksheets]))).toMatchObject({
      genetics: 2,
      epidemiology: 1,
      biochemistry: 1,
    });
    expect(code(await showArea(anyone(), { slug: "nowhere" }))).toBe("not_found");
  });
});

describe("a worksheet", () => {
  test("is shown with its result, and with no source that its author did not show", async () => {
    const shown = value(await showWorksheet(anyone(), { idOrSlug: "drift" }));
    expect(shown.result).toMatchObject({ state: "done", owner: "published" });
    expect(shown.cells).toMatchObject([
      { kind: "markdown", html: expect.stringContaining("Hello") },
      { kind: "code", index: 1, source: null },
      { kind: "code", index: 2, source: "shown_source = 1", sourceFolded: true },
    ]);
    expect(JSON.stringify(shown)).not.toContain("secret_source");
    expect(value(await showWorksheet(anyone(), { idOrSlug: shown.card.id })).card.slug).toBe("drift");
  });

  test("that is private or taken back is its owner's alone", async () => {
    expect(code(await showWorksheet(anyone(), { idOrSlug: "draft" }))).toBe("not_found");
    expect(code(await showWorksheet(world.as(person(author, "author", "author")), { idOrSlug: "draft" }))).toBe("ok");
    expect(code(await showProject(anyone(), { slug: "draft-project" }))).toBe("not_found");
    expect(code(await showWorksheet(anyone(), { idOrSlug: "no-such" }))).toBe("not_found");
  });

  test("belongs to a project, which shows it", async () => {
    expect(value(await showProject(anyone(), { slug: "drift-project" }))).toMatchObject({
      slug: "drift-project",
      readmeHtml: null,
      worksheets: { items: [{ slug: "drift" }], next: null },
    });
    expect(await findPagesOf(anyone(), { slugs: ["drift", "gone"] })).toEqual([
      "/worksheets/drift",
      "/areas/genetics",
      "/projects/drift-project",
      "/worksheets/gone",
    ]);
  });

  test("has a figure under its digest, and nothing else is there", async () => {
    const digest = `sha256:${"a".repeat(64)}` as never;
    await world.store.insertBlob({ digest, mediaType: "image/png", bytes: new Uint8Array([1, 2, 255]) });
    expect([...value(await readThumbnail(anyone(), { digest: "a".repeat(64) })).bytes]).toEqual([1, 2, 255]);
    for (const other of ["b".repeat(64), "../x", ""]) expect(code(await readThumbnail(anyone(), { digest: other }))).toBe("not_found");
  });
});

describe("with 10,000 worksheets", () => {
  beforeAll(async () => {
    const sql = world.database.connection.client;
    await sql`insert into areas (slug, title) select 'area-' || n, 'Area ' || n from generate_series(0, 19) n`;
    await sql`
      insert into worksheets (id, slug, project_id, notebook_path, title, summary, area_slug, tags, language, visibility, official, author_name, current_version_id, published_at, search_text)
      select 'ws_' || n, 'generated-' || n, (select id from projects limit 1), 'generated/' || n, 'Generated worksheet ' || n || ' on ' || (array['mitosis','meiosis','osmosis','kinesis'])[n % 4 + 1],
        'One of many', 'area-' || n % 20, array['tag-' || n % 500], 'python', 'public', n % 200 = 0, 'Nobody', 've_x', timestamptz '2025-01-01' + n * interval '1 minute', 'filler text that is longer ' || md5(n::text)
      from generate_series(1, 10000) n`;
    await sql`analyze`;
  });

  /** Rows of the library that the database read for a list, by its own account. */
  async function rowsRead(input: ListWorksheets): Promise<number> {
    const { client } = world.database.connection;
    const asked: { query: string; params: unknown[] }[] = [];
    const db = drizzle(client, { schema, logger: { logQuery: (query, params) => void asked.push({ query, params }) } });
    const store = { ...world.store, ...worksheetQueries({ db }) };
    value(await listWorksheets({ ...anyone(), store }, input));
    return client.begin(async (transaction) => {
      let read = 0;
      for (const { query, params } of asked) {
        if (!/^(with|select) /.test(query)) {
          await transaction.unsafe(query.replace(/^(begin|commit).*/, "select 1"));
          continue;
        }
        const [row] = await transaction.unsafe(`explain (analyze, format json) ${query}`, params as never[]);
        const [plan] = (row?.["QUERY PLAN"] ?? []) as { Plan: PlanNode }[];
        if (plan) read += rowsOf(plan.Plan);
      }
      return read;
    });
  }

  test("a page touches about as many rows as it shows, wherever it is", async () => {
    const third = await deepCursor({ limit: 100 }, 30);
    for (const input of [{}, { area: "area-3" }, { cursor: third }, { area: "area-3", cursor: await deepCursor({ area: "area-3", limit: 100 }, 3) }]) {
      const rows = await rowsRead({ ...input, limit: 24 });
      expect(rows).toBeLessThan(200);
    }
  });

  test("a tag or a rare word touches what matches", async () => {
    expect(await rowsRead({ tag: "tag-7" })).toBeLessThan(400);
    expect(await rowsRead({ query: "drift" })).toBeLessThan(200);
  });

  test("a word that a quarter of the library has is ranked by a bounded number of matches", async () => {
    const page = value(await listWorksheets(anyone(), { query: "mitosis" }));
    expect(page.items).toHaveLength(24);
    expect(await rowsRead({ query: "mitosis" })).toBeLessThan(1500);
  });

  async function deepCursor(input: ListWorksheets, pages: number): Promise<string> {
    let cursor: string | undefined;
    for (let n = 0; n < pages; n++) cursor = value(await listWorksheets(anyone(), { ...input, cursor })).next ?? cursor;
    return cursor ?? "";
  }
});

type PlanNode = { "Relation Name"?: string; "Actual Rows": number; "Actual Loops": number; "Rows Removed by Filter"?: number; Plans?: PlanNode[] };

function rowsOf(node: PlanNode): number {
  const own = node["Relation Name"] === "worksheets" ? (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"] : 0;
  return own + (node.Plans ?? []).reduce((sum, child) => sum + rowsOf(child), 0);
}
