import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWheel } from "#server/adapters/environments/wheel-for-a-test.ts";
import { openEnvironments, openKernels } from "#server/container.ts";
import { newId } from "#server/ids.ts";
import { acceptEnvironment } from "#server/usecases/accept-environment.ts";
import { copyProject } from "#server/usecases/copy-project.ts";
import { importProject } from "#server/usecases/import-project.ts";
import { showEnvironment } from "#server/usecases/show-environment.ts";
import { stopLab } from "#server/usecases/stop-lab.ts";
import { type LabSite, labSite } from "#tests/lab-site.ts";
import { code, person, value } from "#tests/world.ts";
import { type Engine, startEngine } from "./engine.ts";

/** Whatever starts in such an environment runs this, without anybody pressing anything. */
const wheel = makeWheel("brought", "1.0", { files: { "at_start.pth": "import os; os.environ['STARTED_BY'] = 'the environment'\n" } });
const bob = { id: newId("user"), username: "bob", displayName: "Bob" };
let site: LabSite;
let engine: Engine;

beforeAll(async () => {
  site = await labSite({ SHEAF_KERNELS: "process" });
  await site.store.insertUser({ ...bob, email: null, passwordHash: null, level: "author" });
  engine = await startEngine(site.services, await openKernels(site.config, site.log), await openEnvironments(site.config, site.log));
});
afterAll(async () => {
  await engine?.stop();
  await site?.close();
});

async function bobsProject(slug: string, owner: typeof bob = bob): Promise<string> {
  const files = new Map([
    ["requirements.txt", new TextEncoder().encode(`./${wheel.fileName}\n`)],
    [wheel.fileName, wheel.bytes],
  ]);
  const words = { title: slug, description: "", type: "notebook", areaSlug: "ecology", visibility: "public" } as const;
  return value(await importProject(site.ctx, { owner, slug, files, ...words })).projectId;
}

async function untilMade(projectId: string) {
  const shown = async () => value(await showEnvironment(site.author, { projectId }));
  await expect.poll(async () => (await shown()).build?.state, { timeout: 60_000 }).toBe("ready");
  return shown();
}

/** What a kernel finds in a lab on that project, and the lab's end. */
async function inLab(projectId: string): Promise<string> {
  const { view, client } = await site.open(projectId);
  const kernel = await client.kernel();
  const said = await kernel.execute("import importlib.util, os; print(importlib.util.find_spec('brought') is not None, os.environ.get('STARTED_BY'))");
  value(await stopLab(site.author, { id: view.id }));
  await site.until(view.id, (lab) => lab.state === "stopped");
  return said;
}

test("a lab on a copy runs nothing of the environment that came with it until its person agreed to that one", async () => {
  const theirs = await bobsProject("theirs");
  const { id: projectId } = value(await copyProject(site.author, { projectId: theirs }));
  const shown = await untilMade(projectId);
  expect(shown.inLabs).toBe("asks");
  expect(await inLab(projectId)).toBe("False None\n");
  const digest = shown.inUse?.digest ?? "";
  expect(code(await acceptEnvironment(site.author, { projectId, digest: "sha256:another" }))).toBe("conflict");
  expect(code(await acceptEnvironment(site.as(person(bob.id, "bob", "author")), { projectId, digest }))).toBe("not_found");
  expect(code(await acceptEnvironment(site.author, { projectId: theirs, digest }))).toBe("forbidden");
  expect(value(await acceptEnvironment(site.author, { projectId, digest })).inLabs).toBe("project");
  expect(await inLab(projectId)).toBe("True the environment\n");
});

test("a lab on a project of one's own stands on what its files ask for", async () => {
  const projectId = await bobsProject("mine", site.owner);
  expect((await untilMade(projectId)).inLabs).toBe("project");
  expect(await inLab(projectId)).toBe("True the environment\n");
});
