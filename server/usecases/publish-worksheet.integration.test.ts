import { expect, test } from "vitest";
import type { EngineId, RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import { engineSite, okValue } from "#tests/engine.ts";
import { importProject } from "./import-project.ts";
import { publishWorksheet } from "./publish-worksheet.ts";

const notebook = (title: string): Uint8Array => {
  const cells = [
    { cell_type: "markdown", metadata: {}, source: `# ${title}\n\nAbout ${title}.` },
    { cell_type: "code", metadata: { tags: ["parameters"] }, source: "n = 1", outputs: [], execution_count: null },
  ];
  const metadata = { kernelspec: { name: "python3", display_name: "Python", language: "python" }, language_info: { name: "python" } };
  return new TextEncoder().encode(JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells }));
};

test("publishing again changes the card's words only with the new result", async () => {
  const site = await engineSite({ SHEAF_LOG_LEVEL: "error" });
  try {
    const { ctx, owner, store, services } = site;
    const details = {
      adapter: "test",
      safeForVisitors: true,
      protections: [],
      environment: { name: "test", digest: "sha256:0" },
      warm: {},
      running: 0,
      capacity: 1,
    };
    await store.reportEngine("engine" as EngineId, new Date(), new Date(), details);
    const files = new Map([["a.ipynb", notebook("Old")]]);
    const project = okValue(
      await importProject(ctx, { owner, slug: "again", title: "Again", description: "", type: "worksheet", areaSlug: "ecology", visibility: "public", files }),
    );
    const publish = async (summary?: string) =>
      okValue(await publishWorksheet(ctx, { projectId: project.projectId, notebookPath: "a.ipynb", ...(summary ? { summary } : {}) }));
    const show = (one: { versionId: VersionId; worksheetId: WorksheetId; runId: RunId }) =>
      store.setCurrentVersion({ ...one, id: one.versionId }, null, new Date());
    const words = async (id: WorksheetId) => {
      const row = await store.findWorksheet(id);
      return [row?.worksheet.title, row?.worksheet.summary];
    };
    const first = await publish();
    expect(await words(first.worksheetId)).toEqual(["Old", "About Old."]);
    await show(first);
    expect(await words(first.worksheetId)).toEqual(["Old", "About Old."]);

    const change = { ref: "main", parent: project.commit, message: "x", author: { name: "Ada", email: "ada@x.invalid", at: new Date() } };
    okValue(await services.forge.commit(project.repositoryId, { ...change, changes: new Map([["a.ipynb", notebook("New")]]) }));
    const second = await publish("In other words.");
    expect([second.worksheetId, await words(first.worksheetId)]).toEqual([first.worksheetId, ["Old", "About Old."]]);
    await show(second);
    expect(await words(first.worksheetId)).toEqual(["New", "In other words."]);
    await show(second);
    // The older one ends late: it changes nothing any more.
    expect([await show(first), await words(first.worksheetId)]).toEqual([false, ["New", "In other words."]]);
  } finally {
    await site.close();
  }
});
