import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RepositoryId, RunId, UserId } from "#lib/domain/ids.ts";
import type { Context } from "#server/context.ts";
import { personHome } from "#server/person-home.ts";
import { type FivePeople, fivePeople } from "#tests/five-people.ts";
import { code, type TestWorld, textCell, value } from "#tests/world.ts";
import { completePublication } from "./complete-publication.ts";
import { createProject } from "./create-project.ts";
import { decideOfficialRequest, listOfficialRequests, setUnofficial } from "./decide-official-request.ts";
import { listMyRuns } from "./list-my-runs.ts";
import { listOwnProjects } from "./list-own-projects.ts";
import { listProjectWorksheets } from "./list-project-worksheets.ts";
import { listWorksheets } from "./list-worksheets.ts";
import { setParameters, showParameters } from "./mark-parameters.ts";
import { prepareWorkingCopy } from "./prepare-working-copy.ts";
import { previewWorksheet } from "./preview-worksheet.ts";
import { tryPublishing } from "./publish-worksheet.ts";
import { requestOfficial, showOfficialRequest, withdrawOfficialRequest } from "./request-official.ts";
import { saveVersion } from "./save-version.ts";
import { showProject } from "./show-project.ts";
import { showRun } from "./show-run.ts";
import { showWorksheet } from "./show-worksheet.ts";
import { startRun } from "./start-run.ts";
import { unpublishWorksheet } from "./unpublish-worksheet.ts";
import { updateProject } from "./update-project.ts";
import { openWorkFile, writeWorkFile } from "./work-files.ts";

let world: TestWorld;
let adaId: UserId;
let ada: Context;
let bob: Context;
let reader: Context;
let admin: Context;
let stranger: FivePeople["stranger"];
beforeAll(async () => {
  ({ world, adaId, ada, bob, reader, admin, stranger } = await fivePeople());
  await world.engine();
});
afterAll(() => world.close());

const path = "worksheet.ipynb";
let made = 0;
async function project(visibility: "public" | "private" = "public") {
  made += 1;
  return value(await createProject(ada, { title: `Growth ${made}`, type: "worksheet", visibility, template: "worksheet-python" }));
}
/** As the engine does. */
async function endRun(error: string | null = null): Promise<RunId> {
  const engine = await world.take();
  if (error === null) await engine.finish([textCell(3, "42\n")]);
  else await fail(engine.run.id, error);
  await completePublication(world.services, engine.run.id);
  return engine.run.id;
}
async function fail(id: RunId, message: string): Promise<void> {
  const run = await world.store.findRun(id);
  const lease = { runId: id, engineId: run?.engineId ?? ("" as never), attempt: run?.attempt ?? 0 };
  const end = { state: "failed", error: { kind: "cell", cell: 4, message }, record: null, cells: [], finishedAt: new Date() } as const;
  await world.store.finishRun(lease, { ...end, events: [{ type: "state", state: "failed", at: 0 }], firstEvent: (run?.lastEvent ?? 0) + 1 });
}
const publish = async (id: string) => {
  const attempt = value(await tryPublishing(ada, { projectId: id, notebookPath: path }));
  if (attempt.kind !== "published") throw new Error("There are problems.");
  return attempt;
};
const stateOf = async (id: string) => value(await listProjectWorksheets(ada, { projectId: id })).find((one) => one.path === path);
const write = async (id: string, name: string, content: string) =>
  value(await writeWorkFile(ada, { projectId: id, path: name, content: new TextEncoder().encode(content) }));

describe("publishing", () => {
  test("goes from never to published, and tells authors each step and nobody else anything", async () => {
    const { id } = await project();
    expect(await stateOf(id)).toMatchObject({ state: "never", worksheet: null, parameters: 2, language: "python", problems: [], newer: false });
    const published = await publish(id);
    expect(await stateOf(id)).toMatchObject({ state: "publishing", runId: published.runId, worksheet: { slug: published.slug, shown: false } });
    expect(code(await showWorksheet(stranger(), { idOrSlug: published.slug }))).toBe("not_found");
    await endRun();
    expect(await stateOf(id)).toMatchObject({ state: "published", runId: null, worksheet: { shown: true }, newer: false });
    expect(code(await showWorksheet(stranger(), { idOrSlug: published.slug }))).toBe("ok");
    expect(value(await showProject(stranger(), { slug: id })).worksheets.items).toHaveLength(1);
    expect(value(await listOwnProjects(ada)).items.find((one) => one.id === id)?.worksheets).toBe(1);
    expect([code(await listProjectWorksheets(bob, { projectId: id })), code(await listProjectWorksheets(stranger(), { projectId: id }))]).toEqual([
      "forbidden",
      "forbidden",
    ]);
  });

  test("answers with the located problems of a notebook that cannot be a worksheet", async () => {
    const { id } = await project();
    await write(id, path, broken);
    value(await saveVersion(ada, { projectId: id, message: "Break" }));
    const attempt = value(await tryPublishing(ada, { projectId: id, notebookPath: path }));
    expect(attempt).toMatchObject({ kind: "problems", problems: expect.arrayContaining([expect.objectContaining({ severity: "error", cell: 0 })]) });
    expect(await stateOf(id)).toMatchObject({ state: "never", problems: [expect.objectContaining({ cell: 0 })] });
    expect(code(await tryPublishing(ada, { projectId: id, notebookPath: "none.ipynb" }))).toBe("not_found");
  });

  test("that fails says which cell and why; what was shown before stays", async () => {
    const { id } = await project();
    const first = await publish(id);
    await endRun("NameError: x");
    expect(await stateOf(id)).toMatchObject({ state: "failed", failure: { cell: 4, message: "NameError: x" }, worksheet: { shown: false } });
    await publish(id);
    await endRun();
    await write(id, path, notebook(["# Growth again"], ["n = 1"]));
    value(await saveVersion(ada, { projectId: id, message: "Change" }));
    expect(await stateOf(id)).toMatchObject({ state: "published", newer: true });
    await publish(id);
    await endRun("ValueError");
    expect(await stateOf(id)).toMatchObject({ state: "failed", worksheet: { slug: first.slug, shown: true }, newer: true });
    expect(value(await showWorksheet(stranger(), { idOrSlug: first.slug })).card.title).not.toBe("Growth again");
  });

  test("is for who may write the project", async () => {
    const [open, secret] = [await project(), await project("private")];
    for (const other of [bob, reader, stranger(), admin]) {
      expect(code(await tryPublishing(other, { projectId: open.id, notebookPath: path }))).toBe("forbidden");
      expect(code(await tryPublishing(other, { projectId: secret.id, notebookPath: path }))).toBe("not_found");
      expect(code(await unpublishWorksheet(other, { projectId: open.id, worksheetId: "x" }))).toBe("forbidden");
    }
  });

  test("is undone: the page is gone, old runs stay, and again gives the same address", async () => {
    const { id } = await project();
    const { worksheetId, slug } = await publish(id);
    await endRun();
    const run = value(await startRun(bob, { worksheetId, values: {}, fresh: true })).id;
    await endRun();
    const other = await project();
    expect(code(await unpublishWorksheet(ada, { projectId: other.id, worksheetId }))).toBe("not_found");
    value(await unpublishWorksheet(ada, { projectId: id, worksheetId }));
    value(await unpublishWorksheet(ada, { projectId: id, worksheetId }));
    expect(code(await showWorksheet(stranger(), { idOrSlug: slug }))).toBe("not_found");
    expect(value(await listWorksheets(stranger(), {})).items.map((card) => card.slug)).not.toContain(slug);
    expect(await stateOf(id)).toMatchObject({ state: "unpublished" });
    expect(value(await showRun(bob, { id: run })).state).toBe("done");
    expect((await publish(id)).slug).toBe(slug);
    await endRun();
    expect(code(await showWorksheet(stranger(), { idOrSlug: slug }))).toBe("ok");
  });
});

describe("trying out one's own working copy", () => {
  test("runs what stands in it and nothing that is saved, is seen by nobody else, and answers for nothing", async () => {
    const { id } = await project();
    value(await prepareWorkingCopy(ada, { projectId: id }));
    await write(id, path, notebook(["# Unsaved"], ["size = 7"]));
    await write(id, "data/new.csv", "1");
    const { runId } = value(await previewWorksheet(ada, { projectId: id, path, values: { size: 9 } }));
    const row = await world.store.findRun(runId as RunId);
    const version = row && (await world.store.findVersion(row.versionId));
    expect([row?.values, row?.purpose, version?.compiled.title]).toEqual([{ size: 9 }, "preview", "Unsaved"]);
    const repository = (await world.store.findProject(id))?.repositoryId as RepositoryId;
    expect(value(await world.services.forge.listTree(repository, version?.commit as never)).map((file) => file.path)).toEqual([
      "README.md",
      "data/new.csv",
      path,
    ]);
    expect(value(await showProject(ada, { slug: id })).version?.number).toBe(1);
    for (const other of [bob, stranger(), admin]) expect(code(await showRun(other, { id: runId }))).toBe("not_found");
    await endRun();
    expect(value(await showRun(ada, { id: runId }))).toMatchObject({ state: "done", owner: "you" });
    expect(value(await listMyRuns(ada)).items.map((one) => one.id)).not.toContain(runId);
    expect(await stateOf(id)).toMatchObject({ state: "never", worksheet: null });
    // The same again is computed again.
    const again = value(await previewWorksheet(ada, { projectId: id, path, values: { size: 9 } }));
    expect((await world.store.findRun(again.runId as RunId))?.state).toBe("queued");
    await endRun();
    // What is published afterwards has an address of its own, and the day it was published on.
    value(await saveVersion(ada, { projectId: id, message: "Save" }));
    expect((await publish(id)).slug).toBe("unsaved");
    await endRun();
  });

  test("is gone after a day, with its version", async () => {
    const { id } = await project();
    const { runId } = value(await previewWorksheet(ada, { projectId: id, path }));
    await endRun();
    const row = await world.store.findRun(runId as RunId);
    const tomorrow = new Date(Date.now() + 25 * 3_600_000);
    expect((await world.store.listExpiredRuns(tomorrow, 100)).map((one) => one.id)).toContain(runId);
    expect(await world.store.deleteExpiredRun(runId as RunId, new Date())).toBe(false);
    expect(await world.store.deleteExpiredRun(runId as RunId, tomorrow)).toBe(true);
    expect(row && (await world.store.findVersion(row.versionId))).toBeNull();
  });

  test("says what is wrong with notebook or values, and is for who may write the project", async () => {
    const { id } = await project();
    expect(code(await previewWorksheet(ada, { projectId: id, path, values: { growth_rate: 99 } }))).toBe("invalid");
    expect(code(await previewWorksheet(ada, { projectId: id, path: "none.ipynb" }))).toBe("not_found");
    expect(code(await previewWorksheet(ada, { projectId: id, path: "../../x.ipynb" }))).toBe("invalid");
    await write(id, path, broken);
    expect(code(await previewWorksheet(ada, { projectId: id, path }))).toBe("invalid");
    for (const other of [bob, reader, admin]) expect(code(await previewWorksheet(other, { projectId: id, path }))).toBe("forbidden");
    expect(code(await previewWorksheet(stranger(), { projectId: id, path }))).toBe("forbidden");
  });
});

describe("marking parameters", () => {
  test("writes them into one's own notebook, and never over what was changed meanwhile", async () => {
    const { id } = await project();
    await write(id, path, notebook(["# Marks"], [], ["import math", "size = 7  # how large\ncolour = 'red'\nprint(size, colour)"]));
    const shown = value(await showParameters(ada, { projectId: id, path }));
    expect(shown).toMatchObject({
      title: "Marks",
      parameters: [],
      suggestions: [
        { name: "size", literal: "7" },
        { name: "colour", literal: "'red'" },
      ],
    });
    const parameters = { size: { label: "Size", unit: "mm", min: 1, max: 20 } };
    const marked = value(await setParameters(ada, { projectId: id, path, stamp: shown.stamp, parameters }));
    expect(marked).toMatchObject({ parameters: [{ name: "size", label: "Size", default: 7, max: 20 }], described: { size: { unit: "mm" } } });
    expect(marked.stamp).not.toBe(shown.stamp);
    expect(code(await setParameters(ada, { projectId: id, path, stamp: shown.stamp, parameters }))).toBe("conflict");
    // A lab saves in the meantime.
    const home = personHome((await world.store.findUser(adaId)) ?? { username: "ada", uidOffset: null });
    const opened = value(await openWorkFile(ada, { projectId: id, path }));
    await opened.stream.cancel();
    const row = await world.store.findWorkingCopy(id as never, adaId);
    value(await world.services.homes.write(home, `projects/${row?.folder}/${path}`, Buffer.from(notebook(["# Newer"], [], ["other = 1"]))));
    expect(code(await setParameters(ada, { projectId: id, path, stamp: marked.stamp, parameters }))).toBe("conflict");
    expect(value(await showParameters(ada, { projectId: id, path }))).toMatchObject({ title: "Newer", suggestions: [{ name: "other" }] });
  });

  test("says by name what cannot be said of a parameter, and is for who may write the project", async () => {
    const { id } = await project();
    const { stamp } = value(await showParameters(ada, { projectId: id, path }));
    const set = (parameters: Record<string, unknown>, ctx = ada) => setParameters(ctx, { projectId: id, path, stamp, parameters });
    expect(await set({ growth_rate: { type: "colour" } })).toMatchObject({
      ok: false,
      failure: { code: "invalid", fields: { growth_rate: expect.any(String) } },
    });
    expect(code(await set({ nothing: {} }))).toBe("invalid");
    expect(code(await showParameters(ada, { projectId: id, path: "README.md" }))).toBe("invalid");
    for (const other of [bob, reader, admin, stranger()]) {
      expect(code(await set({}, other))).toBe("forbidden");
      expect(code(await showParameters(other, { projectId: id, path }))).toBe("forbidden");
    }
  });
});

describe("the official shelf", () => {
  test("is asked for by owners of public projects and decided by administrators, with words", async () => {
    const { id, slug } = await project("private");
    expect(code(await requestOfficial(ada, { projectId: id }))).toBe("conflict");
    value(await updateProject(ada, { projectId: id, visibility: "public" }));
    const worksheet = await publish(id);
    await endRun();
    const asked = value(await requestOfficial(ada, { projectId: id, note: " It is used in three courses. " }));
    expect(asked).toMatchObject({ state: "open", note: "It is used in three courses.", project: { slug, owner: "ada" }, requestedBy: "ada" });
    // Asking twice is asking once.
    expect(value(await requestOfficial(ada, { projectId: id, note: "again" })).id).toBe(asked.id);
    for (const other of [bob, reader, stranger(), admin]) expect(code(await requestOfficial(other, { projectId: id }))).toBe("forbidden");
    for (const other of [ada, bob, reader, stranger()]) {
      expect(code(await listOfficialRequests(other))).toBe("forbidden");
      expect(code(await decideOfficialRequest(other, { requestId: asked.id, decision: "accept" }))).toBe("not_found");
      expect(code(await setUnofficial(other, { projectId: id }))).toBe("forbidden");
    }
    expect(value(await listOfficialRequests(admin)).items.map((one) => one.id)).toEqual([asked.id]);
    expect(code(await decideOfficialRequest(admin, { requestId: asked.id, decision: "decline" }))).toBe("invalid");
    value(await decideOfficialRequest(admin, { requestId: asked.id, decision: "decline", answer: "Name your sources." }));
    expect(code(await decideOfficialRequest(admin, { requestId: asked.id, decision: "accept" }))).toBe("conflict");
    expect(value(await showOfficialRequest(ada, { projectId: id }))).toMatchObject({ state: "declined", answer: "Name your sources." });
    expect(code(await showOfficialRequest(bob, { projectId: id }))).toBe("forbidden");

    const second = value(await requestOfficial(ada, { projectId: id }));
    value(await withdrawOfficialRequest(ada, { projectId: id }));
    expect(code(await decideOfficialRequest(admin, { requestId: second.id, decision: "accept" }))).toBe("conflict");
    const third = value(await requestOfficial(ada, { projectId: id }));
    value(await decideOfficialRequest(admin, { requestId: third.id, decision: "accept" }));
    const official = async () => [
      value(await showProject(stranger(), { slug })).official,
      value(await showWorksheet(stranger(), { idOrSlug: worksheet.slug })).card.official,
    ];
    expect(await official()).toEqual([true, true]);
    expect(code(await requestOfficial(ada, { projectId: id }))).toBe("conflict");
    // Publishing again keeps it there; making the project private takes it away.
    await publish(id);
    await endRun();
    expect(await official()).toEqual([true, true]);
    expect(value(await listOfficialRequests(admin, { which: "decided" })).items.map((one) => one.state)).toEqual(["accepted", "declined"]);
    value(await setUnofficial(admin, { projectId: id }));
    expect(await official()).toEqual([false, false]);
  });
});

const broken = notebook([], ["n = 1"]).replace('"tags":["parameters"]', '"tags":["parameters"],"sheaf":{"parameters":{"n":{"type":"colour"}}}');

function notebook(markdown: readonly string[], parameters: readonly string[], code: readonly string[] = []): string {
  const cell = (source: string, tags: readonly string[]) => ({ cell_type: "code", metadata: { tags }, source, outputs: [], execution_count: null });
  const cells = [
    ...markdown.map((source) => ({ cell_type: "markdown", metadata: {}, source })),
    ...parameters.map((source) => cell(source, ["parameters"])),
    ...code.map((source) => cell(source, [])),
  ];
  const metadata = { kernelspec: { name: "python3", display_name: "Python", language: "python" }, language_info: { name: "python" } };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells });
}
