import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EnvironmentView, emptyPlan } from "#lib/domain/environment.ts";
import type { CommitId, EngineId, ProjectId } from "#lib/domain/ids.ts";
import { makeWheel } from "#server/adapters/environments/wheel-for-a-test.ts";
import { openEnvironments, openKernels } from "#server/container.ts";
import { digestOf, newId } from "#server/ids.ts";
import { followEnvironment } from "#server/usecases/follow-environment.ts";
import { importProject } from "#server/usecases/import-project.ts";
import { publishWorksheet } from "#server/usecases/publish-worksheet.ts";
import { retryEnvironment } from "#server/usecases/retry-environment.ts";
import { showEnvironment } from "#server/usecases/show-environment.ts";
import { type EngineSite, engineSite, okValue } from "#tests/engine.ts";
import { type Engine, startEngine } from "./engine.ts";

/** With the adapter of processes: packages are wheels of the project. The container adapter's builds have tests of their own. */
let site: EngineSite;
let engine: Engine;
let projects = 0;

beforeAll(async () => {
  site = await engineSite({ SHEAF_KERNELS: "process" });
  engine = await start();
});
afterAll(async () => {
  await engine?.stop();
  await site?.close();
});

async function start(): Promise<Engine> {
  return startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
}

const notebook = (source: string): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: "python3", language: "python", display_name: "Python 3" }, language_info: { name: "python" } },
    cells: [{ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }],
  });

async function makeProject(files: Readonly<Record<string, string | Uint8Array>>): Promise<{ id: ProjectId; commit: CommitId }> {
  projects += 1;
  const bytes = new Map(Object.entries(files).map(([name, content]) => [name, typeof content === "string" ? new TextEncoder().encode(content) : content]));
  const common = { owner: site.owner, title: `Project ${projects}`, description: "", type: "worksheet", areaSlug: "ecology", visibility: "public" } as const;
  const made = okValue(await importProject(site.ctx, { ...common, slug: `project-${projects}`, files: bytes }));
  return { id: made.projectId, commit: made.commit };
}

async function saveFiles({ id }: { id: ProjectId }, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const project = await site.store.findProject(id);
  const parent = okValue(await site.forge.resolve(project?.repositoryId ?? ("" as never), "main"));
  const changes = new Map(Object.entries(files).map(([name, content]) => [name, typeof content === "string" ? new TextEncoder().encode(content) : content]));
  const author = { name: "Ada", email: "ada@users.sheaf.invalid", at: new Date() };
  okValue(await site.forge.commit(project?.repositoryId ?? ("" as never), { ref: "main", parent, message: "Change\n", author, changes }));
}

async function settled(projectId: ProjectId): Promise<EnvironmentView> {
  await expect
    .poll(async () => okValue(await showEnvironment(site.ctx, { projectId })).build?.state, { timeout: 60_000, interval: 100 })
    .toMatch(/^(?:ready|failed)$/);
  return okValue(await showEnvironment(site.ctx, { projectId }));
}

const one = makeWheel("brought", "1.0");
const two = makeWheel("brought", "2.0");
const files = {
  "notebook.ipynb": notebook("import brought, numpy; print(brought.answer)"),
  "binder/requirements.txt": `numpy\n../wheels/${one.fileName}\n`,
  [`wheels/${one.fileName}`]: one.bytes,
};

/** Of an adapter that no engine here has: what is claimed of it is claimed by the test. */
const nobodys = {
  id: newId("environmentBuild"),
  adapter: "test",
  kind: "python",
  plan: { ...emptyPlan, python: { requirements: [], constraints: [] } },
} as const;

describe("an environment that a project asks for", () => {
  test("is made once, told as it goes on, and is what its runs stand on and name", async () => {
    const project = await makeProject(files);
    const ending = new AbortController();
    const heard = okValue(await followEnvironment(site.ctx, { projectId: project.id, after: 0, signal: ending.signal }));
    const states: string[] = [];
    const lines: string[] = [];
    for await (const { event } of heard) {
      states.push(event.view.build?.state ?? "");
      lines.push(...event.lines);
      if (event.view.build?.state === "ready" && event.view.build.lines === lines.length) break;
    }
    ending.abort();
    expect(states.at(-1)).toBe("ready");
    expect(lines).toEqual(["installed brought 1.0"]);
    const published = okValue(await publishWorksheet(site.ctx, { projectId: project.id, notebookPath: "notebook.ipynb" }));
    const run = await site.final(published.runId);
    expect(run.error).toBeNull();
    expect(run.record?.environment.digest).toMatch(/^sha256:/);
    expect(run.record?.environment).not.toEqual((await site.store.listEngines(new Date(0)))[0]?.details.environment);
    const version = await site.store.findVersion(published.versionId);
    expect(run.record?.environment).toEqual({ name: version?.environmentName, digest: version?.environmentDigest });
    const said = (await site.events(published.runId)).flatMap((event) =>
      event.type === "output" && event.output.output_type === "stream" ? [event.output.text] : [],
    );
    expect(said.join("")).toContain("brought 1.0");
    // The same files in another project are the same environment, and a notebook is none of it.
    const copy = await makeProject({ ...files, "notebook.ipynb": notebook("1") });
    const shown = okValue(await showEnvironment(site.ctx, { projectId: copy.id }));
    expect(shown.build?.state).toBe("ready");
    expect(shown.inUse?.digest).toBe(version?.environmentDigest);
  });

  test("goes on as it was while a newer one fails, and says why", async () => {
    const project = await makeProject(files);
    const before = (await settled(project.id)).inUse;
    await saveFiles(project, { "binder/requirements.txt": `absent\n../wheels/${one.fileName}\n` });
    const after = await settled(project.id);
    expect(after.build?.error).toContain("the project asks for absent, which neither the project nor the site's own environment has");
    expect(after.inUse).toEqual(before);
    const published = okValue(await publishWorksheet(site.ctx, { projectId: project.id, notebookPath: "notebook.ipynb" }));
    expect(published.problems.map(({ message }) => message).join()).toContain("The last one that could be made is used meanwhile.");
    await saveFiles(project, { "binder/requirements.txt": `../wheels/${two.fileName}\n`, [`wheels/${two.fileName}`]: two.bytes });
    expect((await settled(project.id)).inUse?.digest).not.toBe(before?.digest);
    // Whatever failed may be tried again; what is there stays.
    expect(okValue(await retryEnvironment(site.ctx, { projectId: project.id })).build?.state).toBe("ready");
  });

  test("need not be made where the site's own has everything, and says at once what cannot be made", async () => {
    const enough = await makeProject({ "notebook.ipynb": notebook("1"), "requirements.txt": "numpy>=2\npandas", "apt.txt": "python3-numpy" });
    const shown = okValue(await showEnvironment(site.ctx, { projectId: enough.id }));
    expect(shown).toMatchObject({ kind: "python", build: null, unmade: null, inUse: null });
    const refused = await makeProject({ "notebook.ipynb": notebook("1"), "apt.txt": "hello", "environment.yml": "dependencies: [numpy]" });
    const told = okValue(await showEnvironment(site.ctx, { projectId: refused.id }));
    expect(told.build).toBeNull();
    expect(told.unmade).toContain("packages of Debian are not installed here");
    expect(told.problems.map(({ path }) => path)).toEqual(["apt.txt", "environment.yml"]);
    const published = okValue(await publishWorksheet(site.ctx, { projectId: refused.id, notebookPath: "notebook.ipynb" }));
    expect(published.problems[0]?.message).toContain("The site's own environment is used instead.");
  });

  test("refuses wheels that lie, grow or lead elsewhere", async () => {
    const cases: [ReturnType<typeof makeWheel>, string][] = [
      [makeWheel("other", "1.0", { tag: "cp27-cp27m-win32" }), "made for another Python"],
      [makeWheel("needy", "1.0", { requires: ["nowhere>=1"] }), "needy asks for nowhere>=1"],
      [makeWheel("evil", "1.0", { files: { "../../../../work/x.py": "" } }), "would lie elsewhere"],
      [makeWheel("absolute", "1.0", { files: { "/work/x.py": "" } }), "would lie elsewhere"],
      [makeWheel("odd name", "1.0"), "is not understood|no name of a wheel"],
    ];
    for (const [wheel, words] of cases) {
      const name = wheel.fileName.replaceAll(" ", "+");
      const project = await makeProject({ "notebook.ipynb": notebook("1"), "requirements.txt": `${name}\n`, [name]: wheel.bytes });
      expect((await settled(project.id)).build?.error).toMatch(new RegExp(words));
    }
  });

  test("is begun again when its engine was killed, and given up after three times", async () => {
    const project = await makeProject({ ...files, "binder/requirements.txt": `../wheels/${one.fileName}\n# another\ntqdm>=4\n` });
    const [running] = await site.store.listEngines(new Date(0));
    await engine.stop();
    // Another one has just said what it can make, and is gone before it begins.
    const dead = "dead" as EngineId;
    if (running) await site.store.reportEngine(dead, new Date(), new Date(), running.details);
    okValue(await showEnvironment(site.ctx, { projectId: project.id }));
    await site.store.removeEngine(dead);
    // As a killed engine leaves it.
    expect((await site.store.claimBuild("process", dead, new Date()))?.projectId).toBe(project.id);
    const often = await site.store.requestBuild({ ...nobodys, key: digestOf("often"), projectId: project.id, commit: project.commit }, new Date());
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect((await site.store.claimBuild("test", dead, new Date()))?.attempt).toBe(attempt);
      if (attempt < 3) await site.store.requeueBuild({ buildId: often.id, engineId: dead, attempt }, { counts: true, notBefore: null });
    }
    engine = await start();
    expect(await site.store.findBuild(often.id)).toMatchObject({ state: "failed", mayPass: true, error: expect.stringContaining("interrupted 3 times") });
    const made = await settled(project.id);
    expect(made.build?.state).toBe("ready");
    const row = (await site.store.findProjectEnvironment(project.id))?.wanted;
    expect(row?.attempt).toBe(2);
    // What an earlier life says changes nothing.
    expect(
      await site.store.finishBuild(
        { buildId: row?.id ?? ("" as never), engineId: dead, attempt: 1 },
        { state: "failed", error: "late", mayPass: false },
        new Date(),
      ),
    ).toBe(false);
  });

  test("is removed when nothing has used it for long, and made again for whoever still asks", async () => {
    const key = digestOf("nobody's");
    const project = await makeProject({ "notebook.ipynb": notebook("1") });
    const request = () =>
      site.store.requestBuild({ ...nobodys, id: newId("environmentBuild"), key, projectId: project.id, commit: project.commit }, new Date());
    const build = await request();
    expect((await request()).id).toBe(build.id);
    const someone = "someone" as EngineId;
    const claimed = await site.store.claimBuild("test", someone, new Date());
    const lease = { buildId: build.id, engineId: someone, attempt: claimed?.attempt ?? 0 };
    await site.store.appendBuildLog(lease, 1, ["said"]);
    expect(await site.store.finishBuild(lease, { state: "ready", name: "x", digest: "sha256:x", bytes: 1 }, new Date())).toBe(true);
    expect(await site.store.retireBuilds("test", new Date(Date.now() - 60_000))).toEqual(new Set([key]));
    expect(await site.store.retireBuilds("test", new Date(Date.now() + 60_000))).toEqual(new Set());
    expect(await site.store.listBuildLog(build.id, 0, 10)).toEqual([]);
    expect((await request()).state).toBe("queued");
  });
});
