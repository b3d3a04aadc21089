import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import type { Values } from "#lib/domain/parameter.ts";
import { isFinal, type RunEvent } from "#lib/domain/run.ts";
import type { Result } from "#lib/result.ts";
import { createEmbeddedForge } from "#server/adapters/forge/embedded/forge.ts";
import { createFileHomes } from "#server/adapters/storage/files/homes.ts";
import { createFileStorage } from "#server/adapters/storage/files/storage.ts";
import { type Config, loadConfig } from "#server/config.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import type { RunHead } from "#server/ports/store.ts";
import { importProject } from "#server/usecases/import-project.ts";
import { publishWorksheet } from "#server/usecases/publish-worksheet.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

export type EngineSite = Awaited<ReturnType<typeof engineSite>>;
export type SampleWorksheet = { readonly worksheetId: WorksheetId; readonly versionId: VersionId; readonly runId: RunId };

/** A database and a data folder for an engine, and the means to publish notebooks and to run them as people do. */
export async function engineSite(settings: Readonly<Record<string, string>> = {}) {
  const database: TestDatabase = await testDatabase();
  const dataFolder = await mkdtemp(path.join(tmpdir(), "sheaf-engine-"));
  const environment = {
    SHEAF_DATA: dataFolder,
    DATABASE_URL: database.url,
    SHEAF_LOG_LEVEL: "warn",
    SHEAF_POOL_SIZE: "1",
    SHEAF_POOL_WORKSHEETS: "0",
    SHEAF_LAB_POOL: "0",
    // The same tests on another adapter: SHEAF_KERNELS=docker.
    ...(process.env.SHEAF_KERNELS ? { SHEAF_KERNELS: process.env.SHEAF_KERNELS } : {}),
    ...settings,
  };
  const config: Config = loadConfig(environment);
  const forge = createEmbeddedForge({ folder: path.join(dataFolder, "repositories") });
  const storage = createFileStorage({ dataFolder, homeBytes: config.person.homeBytes });
  const homes = createFileHomes({ dataFolder, homeBytes: config.person.homeBytes });
  const { store } = database;
  const services = { config, store, forge, storage, homes, log: createLogger("tests", config.logLevel), now: () => new Date() };
  const ctx: Context = { ...services, actor: { kind: "system" }, requestId: "test" };
  const owner = { id: newId("user"), username: "ada", displayName: "Ada" };
  await store.insertUser({ ...owner, email: null, passwordHash: null, level: "author" });
  await store.upsertArea({ slug: "ecology", title: "Ecology", description: "" });
  let projects = 0;

  const publish = async (
    cells: readonly SampleCell[],
    options: { language?: "python" | "r"; files?: Readonly<Record<string, string>> } = {},
  ): Promise<SampleWorksheet> => {
    const files = new Map(Object.entries(options.files ?? {}).map(([name, text]) => [name, new TextEncoder().encode(text)] as const));
    files.set("sample.ipynb", new TextEncoder().encode(JSON.stringify(sampleNotebook(cells, options.language ?? "python"))));
    projects += 1;
    const project = okValue(
      await importProject(ctx, {
        owner,
        slug: `sample-${projects}`,
        title: `Sample ${projects}`,
        description: "",
        type: "worksheet",
        areaSlug: "ecology",
        visibility: "public",
        files,
      }),
    );
    return okValue(await publishWorksheet(ctx, { projectId: project.projectId, notebookPath: "sample.ipynb" }));
  };

  const run = async (worksheet: SampleWorksheet, values: Values = {}, more: { queueKey?: string; ownerId?: typeof owner.id } = {}): Promise<RunId> => {
    const id = newId("run");
    const { worksheetId, versionId } = worksheet;
    await store.insertRun({ id, worksheetId, versionId, values, cacheKey: id, queueKey: more.queueKey ?? "visitor", ownerId: more.ownerId ?? null });
    await store.notify("run_queued", id);
    return id;
  };

  const final = async (id: RunId, seconds = 60): Promise<RunHead> => {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = await store.findRun(id).catch(() => null);
      if (found && isFinal(found.state)) return found;
      if (performance.now() > deadline) throw new Error(`run ${id} is still ${found?.state ?? "unknown"} after ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  return {
    ...services,
    database,
    environment,
    services,
    ctx,
    owner,
    publish,
    run,
    final,
    events: async (id: RunId): Promise<RunEvent[]> => (await store.listRunEvents(id, 0, 1_000_000)).map((one) => one.event),
    async close(): Promise<void> {
      await forge.close();
      await database.drop();
      await rm(dataFolder, { recursive: true, force: true });
      await rm(config.runtimeFolder, { recursive: true, force: true });
    },
  };
}

export type SampleCell =
  | string
  | { readonly source: string; readonly tags?: readonly string[]; readonly markdown?: boolean; readonly parameters?: Readonly<Record<string, object>> };

function sampleNotebook(cells: readonly SampleCell[], language: "python" | "r") {
  const kernelspec = language === "r" ? { name: "ir", language: "R", display_name: "R" } : { name: "python3", language: "python", display_name: "Python 3" };
  return {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec, language_info: { name: language === "r" ? "R" : "python" } },
    cells: cells.map((cell) => {
      const { source, tags = [], markdown = false, parameters } = typeof cell === "string" ? { source: cell } : cell;
      if (markdown) return { cell_type: "markdown", metadata: {}, source };
      return { cell_type: "code", metadata: { tags, ...(parameters ? { sheaf: { parameters } } : {}) }, source, outputs: [], execution_count: null };
    }),
  };
}

export function okValue<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message} ${JSON.stringify(result.failure.fields ?? {})}`);
  return result.value;
}
