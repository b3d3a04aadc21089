import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ProjectId } from "#lib/domain/ids.ts";
import { makeWheel } from "#server/adapters/environments/wheel-for-a-test.ts";
import { environmentsFolder } from "#server/adapters/kernels/process/environment-folder.ts";
import { cancelEnvironment } from "#server/usecases/cancel-environment.ts";
import { importProject } from "#server/usecases/import-project.ts";
import { retryEnvironment } from "#server/usecases/retry-environment.ts";
import { showEnvironment } from "#server/usecases/show-environment.ts";
import { type EngineSite, engineSite, okValue } from "#tests/engine.ts";
import { type EngineProcess, startEngineProcess } from "#tests/engine-process.ts";
import { processesNaming } from "#tests/processes.ts";

/** So many files that it is still being made when somebody looks. */
const wheel = makeWheel("plenty", "1.0", { files: Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`plenty_data/${n}.txt`, `${n}`])) });
const patience = { timeout: 120_000, interval: 20 };
let site: EngineSite;
let engine: EngineProcess;
const start = (): Promise<EngineProcess> => startEngineProcess({ ...site.environment, SHEAF_LOG_LEVEL: "error" });

beforeAll(async () => {
  site = await engineSite({ SHEAF_KERNELS: "process" });
  engine = await start();
});
afterAll(async () => {
  await engine?.kill("SIGTERM").catch(() => {});
  await site?.close();
});

async function makeProject(slug: string): Promise<ProjectId> {
  const files = new Map([
    [wheel.fileName, wheel.bytes],
    // Part of the key, so that each test has a build of its own.
    ["requirements.txt", new TextEncoder().encode(`./${wheel.fileName}\n${slug === "cancelled" ? "numpy\n" : ""}`)],
  ]);
  const words = { title: slug, description: "", type: "notebook", areaSlug: "ecology", visibility: "private" } as const;
  return okValue(await importProject(site.ctx, { owner: site.owner, slug, files, ...words })).projectId;
}

const buildOf = async (projectId: ProjectId) => okValue(await showEnvironment(site.ctx, { projectId })).build;
const halfMade = async (): Promise<string[]> =>
  (await readdir(environmentsFolder(site.config.dataFolder)).catch(() => [])).filter((name) => name.startsWith("making-"));
const programs = () => processesNaming(path.join(environmentsFolder(site.config.dataFolder), "making-")).length;

async function untilBuilding(projectId: ProjectId): Promise<void> {
  await expect.poll(async () => (await buildOf(projectId))?.state, patience).toBe("building");
  await expect.poll(programs, patience).toBeGreaterThan(0);
}

test("a build whose engine is killed is begun again by its next life, which says so, and nothing half made stays", async () => {
  const projectId = await makeProject("killed");
  await untilBuilding(projectId);
  await engine.kill("SIGKILL");
  await expect.poll(programs, patience).toBe(0);
  expect(await buildOf(projectId)).toMatchObject({ state: "building", attempt: 1 });
  engine = await start();
  await expect.poll(async () => (await buildOf(projectId))?.state, patience).toBe("ready");
  expect(await buildOf(projectId)).toMatchObject({ attempt: 2, error: null });
  expect(await halfMade()).toEqual([]);
});

test("a build that is cancelled while it is made ends at once with its programs, and can be made after all", async () => {
  const projectId = await makeProject("cancelled");
  await untilBuilding(projectId);
  expect(okValue(await cancelEnvironment(site.ctx, { projectId })).build?.state).toBe("cancelled");
  await expect.poll(programs, patience).toBe(0);
  await expect.poll(halfMade, patience).toEqual([]);
  expect(await buildOf(projectId)).toMatchObject({ state: "cancelled" });
  okValue(await retryEnvironment(site.ctx, { projectId }));
  await expect.poll(async () => (await buildOf(projectId))?.state, patience).toBe("ready");
  expect(okValue(await showEnvironment(site.ctx, { projectId })).inUse).not.toBeNull();
});
