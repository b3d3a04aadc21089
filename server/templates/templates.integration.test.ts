import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunId } from "#lib/domain/ids.ts";
import { openEnvironments, openKernels } from "#server/container.ts";
import { type Engine, startEngine } from "#server/engine/engine.ts";
import { createProject } from "#server/usecases/create-project.ts";
import { previewWorksheet } from "#server/usecases/preview-worksheet.ts";
import { type EngineSite, engineSite, okValue } from "#tests/engine.ts";
import { person } from "#tests/world.ts";
import { templateFiles } from "./templates.ts";

let site: EngineSite;
let engine: Engine;

beforeAll(async () => {
  site = await engineSite();
  engine = await startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
});
afterAll(async () => {
  await engine?.stop();
  await site.close();
});

describe("a project from a template, tried at once", () => {
  test.each([
    ["worksheet-python", "worksheet.ipynb", { growth_rate: 1, carrying_capacity: 100 }, "after 4.6 hours"],
    ["worksheet-r", "worksheet.ipynb", { growth_rate: 1, carrying_capacity: 100 }, "after 4.6 hours"],
    ["notebook", "notebook.ipynb", {}, "treatment"],
    ["blank", "notebook.ipynb", {}, ""],
  ] as const)("%s runs to its end, with a figure where it draws one", async (template, notebook, values, says) => {
    const ctx = { ...site.ctx, actor: person(site.owner.id, site.owner.username, "author") };
    const made = okValue(await createProject(ctx, { title: template, type: "worksheet", visibility: "private", template }));
    const { runId, problems } = okValue(await previewWorksheet(ctx, { projectId: made.id, path: notebook, values }));
    expect(problems).toEqual([]);
    const run = await site.final(runId as RunId, 100);
    expect([run.state, run.error]).toEqual(["done", null]);
    const outputs = (await site.store.listRunCells(runId as RunId)).flatMap((cell) => cell.outputs);
    expect(JSON.stringify(outputs)).toContain(says);
    expect(outputs.some((output) => "data" in output && "image/png" in output.data)).toBe(template !== "blank");
    // A trial leaves nothing in the home.
    expect(run.record?.files).toEqual([]);
    expect(await readdir(path.join(site.config.dataFolder, "homes/ada/runs")).catch(() => [])).toEqual([]);
  });
});

test("the script of the shell template counts bases, and says how it is used", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sheaf-template-"));
  try {
    for (const [name, content] of templateFiles("shell", "shell", { title: "Scripts", description: "" })) await writeFile(path.join(folder, name), content);
    const said = execFileSync("sh", ["count-bases.sh", "sequences.fasta"], { cwd: folder, encoding: "utf8" });
    expect(said).toBe("lambda          100 bases  40.0 % GC\npbr322          100 bases  37.0 % GC\n");
    expect(() => execFileSync("sh", ["count-bases.sh"], { cwd: folder, stdio: "pipe" })).toThrow(/usage/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
