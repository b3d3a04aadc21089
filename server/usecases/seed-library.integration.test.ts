import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEnvironments, openKernels } from "#server/container.ts";
import { type Engine, startEngine } from "#server/engine/engine.ts";
import { type EngineSite, engineSite, okValue } from "#tests/engine.ts";
import { seedLibrary } from "./seed-library.ts";

let site: EngineSite;
let engine: Engine;
let folder: string;

const write = async (book: string, files: Readonly<Record<string, unknown>>): Promise<void> => {
  await mkdir(path.join(folder, book), { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(path.join(folder, book, name), typeof content === "string" ? content : JSON.stringify(content));
};
const notebook = (source: string) => ({
  nbformat: 4,
  nbformat_minor: 4,
  metadata: { kernelspec: { name: "python3", language: "python", display_name: "Python 3" } },
  cells: [{ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }],
});
const described = {
  title: "Counting",
  summary: "Counts.",
  area: { slug: "ecology", title: "Ecology", description: "" },
  tags: ["counts"],
  author: "Ada",
  official: true,
  notebooks: ["count.ipynb"],
};
const seed = async () => okValue(await seedLibrary(site.ctx, { folder, timeoutSeconds: 60 }));
const shown = async () => (await site.store.listGallery({ limit: 10 })).map(({ worksheet }) => [worksheet.title, worksheet.official, worksheet.tags]);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sheaf-library-"));
  site = await engineSite({ SHEAF_LOG_LEVEL: "error" });
  engine = await startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
});
afterAll(async () => {
  await engine?.stop();
  await site?.close();
  await rm(folder, { recursive: true });
});

test("publishes a folder once, and again only what changed", async () => {
  await write("counting", { "sheaf.json": described, "count.ipynb": notebook("print(len(open('data.txt').read()))"), "data.txt": "abc" });
  expect(await seed()).toEqual({ published: 1, unchanged: 0, failed: [] });
  expect(await shown()).toMatchObject([[expect.stringMatching(/count/i), true, ["counts"]]]);
  expect(await site.store.findProject("counting")).toMatchObject({ official: true });
  expect(await seed()).toEqual({ published: 0, unchanged: 1, failed: [] });
  await write("counting", { "data.txt": "abcdef" });
  expect(await seed()).toEqual({ published: 1, unchanged: 0, failed: [] });
  const [row] = await site.store.listGallery({ limit: 10 });
  const version = row?.worksheet.currentVersionId ? await site.store.findVersion(row.worksheet.currentVersionId) : null;
  const cells = version?.resultRunId ? await site.store.listRunCells(version.resultRunId) : [];
  expect(cells.flatMap((cell) => cell.outputs)).toMatchObject([{ text: "6\n" }]);
});

test("a version whose run fails is told with its cell, and the former one stays", async () => {
  await write("counting", { "count.ipynb": notebook("raise ValueError('no')") });
  const { failed } = await seed();
  expect(failed).toEqual([{ title: "Counting", message: "Cell 1 stopped with an error. ValueError: no" }]);
  const [row] = await site.store.listGallery({ limit: 10 });
  expect(row?.worksheet.resultAt).not.toBeNull();
});

test("a notebook that cannot be compiled is told with its place", async () => {
  await write("counting", { "count.ipynb": { ...notebook("1"), metadata: { kernelspec: { name: "julia", language: "julia", display_name: "Julia" } } } });
  const { failed } = await seed();
  expect(failed[0]?.message).toMatch(/^count\.ipynb: Notebook: /);
});
