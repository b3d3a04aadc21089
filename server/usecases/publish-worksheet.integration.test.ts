import { expect, test } from "vitest";
import type { EngineId, RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import type { Actor } from "#lib/domain/person.ts";
import type { RunError } from "#lib/domain/run.ts";
import { newId } from "#server/ids.ts";
import type { Store } from "#server/ports/store.ts";
import { engineSite, okValue } from "#tests/engine.ts";
import { person, visitor } from "#tests/world.ts";
import { importProject } from "./import-project.ts";
import { publishWorksheet } from "./publish-worksheet.ts";
import { showWorksheet } from "./show-worksheet.ts";
import { updateProject } from "./update-project.ts";

const notebook = (title: string, parameters = "n = 1"): Uint8Array => {
  const cells = [
    { cell_type: "markdown", metadata: {}, source: `# ${title}\n\nAbout ${title}.` },
    { cell_type: "code", metadata: { tags: ["parameters"] }, source: parameters, outputs: [], execution_count: null },
  ];
  const metadata = { kernelspec: { name: "python3", display_name: "Python", language: "python" }, language_info: { name: "python" } };
  return new TextEncoder().encode(JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells }));
};

const details = {
  adapter: "test",
  safeForVisitors: true,
  protections: [],
  environment: { name: "test", digest: "sha256:0" },
  warm: {},
  running: 0,
  capacity: 1,
};

test("publishing again changes the card's words only with the new result", async () => {
  const site = await engineSite({ SHEAF_LOG_LEVEL: "error" });
  try {
    const { ctx, owner, store, services } = site;
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

test("what becomes private while it is published is in no gallery", async () => {
  const site = await engineSite({ SHEAF_LOG_LEVEL: "error" });
  try {
    const { ctx, owner, store, services } = site;
    await store.reportEngine("engine" as EngineId, new Date(), new Date(), details);
    const files = new Map([["a.ipynb", notebook("Secret")]]);
    const imported = { owner, slug: "hurry", title: "Hurry", description: "", type: "worksheet", areaSlug: "ecology", visibility: "public", files } as const;
    const { projectId } = okValue(await importProject(ctx, imported));
    const hide = () => updateProject(ctx, { projectId, visibility: "private" });
    // Its owner changes their mind in the middle.
    const readFile: typeof services.forge.readFile = async (...asked) => {
      okValue(await hide());
      return services.forge.readFile(...asked);
    };
    const published = okValue(await publishWorksheet({ ...ctx, forge: { ...services.forge, readFile } }, { projectId, notebookPath: "a.ipynb" }));
    await store.setCurrentVersion({ ...published, id: published.versionId }, null, new Date());
    expect((await store.findWorksheet(published.worksheetId))?.worksheet.visibility).toBe("private");
    expect((await store.listGallery({ limit: 10 })).map(({ worksheet }) => worksheet.title)).toEqual([]);
  } finally {
    await site.close();
  }
});

/** As an engine does, with or without success. */
async function endNextRun(store: Store, error: RunError | null): Promise<void> {
  const run = await store.claimRun("engine" as EngineId, new Date());
  if (!run) throw new Error("No run is waiting.");
  const state = error ? "failed" : "done";
  const final = {
    state,
    error,
    record: null,
    cells: [],
    events: [{ type: "state", state, at: 0 }],
    firstEvent: run.lastEvent + 1,
    finishedAt: new Date(),
  } as const;
  await store.finishRun({ runId: run.id, engineId: "engine" as EngineId, attempt: run.attempt }, final);
}

test("what of a notebook could not be read, and why a new version failed, is told to its author alone", async () => {
  const site = await engineSite({ SHEAF_LOG_LEVEL: "error" });
  try {
    const { ctx, owner, store } = site;
    await store.reportEngine("engine" as EngineId, new Date(), new Date(), details);
    const files = new Map([["a.ipynb", notebook("Told", "n = 1\nn = 2")]]);
    const project = okValue(
      await importProject(ctx, { owner, slug: "told", title: "Told", description: "", type: "worksheet", areaSlug: "ecology", visibility: "public", files }),
    );
    const publish = async () => okValue(await publishWorksheet(ctx, { projectId: project.projectId, notebookPath: "a.ipynb" }));
    const told = async (actor: Actor) => {
      const { problems, failedPublication } = okValue(await showWorksheet({ ...ctx, actor }, { idOrSlug: "told" }));
      return { problems, failedPublication };
    };
    const author = person(owner.id, owner.username, "author");
    const first = await publish();
    expect(first.problems).toMatchObject([{ severity: "warning", cell: 1, line: 2 }]);
    await endNextRun(store, null);
    await store.setCurrentVersion({ ...first, id: first.versionId }, null, new Date());
    expect(await told(author)).toEqual({ problems: first.problems, failedPublication: null });

    await publish();
    await endNextRun(store, { kind: "cell", cell: 1, message: "ValueError: n is too small" });
    expect(await told(author)).toEqual({ problems: first.problems, failedPublication: { cell: 1, message: "ValueError: n is too small" } });
    const reader = person(newId("user"), "reader", "author");
    for (const other of [visitor(), reader]) expect(await told(other)).toEqual({ problems: [], failedPublication: null });
  } finally {
    await site.close();
  }
});
