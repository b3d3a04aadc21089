import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CommitId, EngineId, SessionId, UserId, VisitorId } from "#lib/domain/ids.ts";
import type { Parameter } from "#lib/domain/parameter.ts";
import type { Actor, Level, TokenScope } from "#lib/domain/person.ts";
import { tokenScopes } from "#lib/domain/person.ts";
import type { CellResult, RunEvent, RunRecord } from "#lib/domain/run.ts";
import type { CompiledWorksheet, Problem, Visibility } from "#lib/domain/worksheet.ts";
import { createEmbeddedForge } from "#server/adapters/forge/embedded/forge.ts";
import { createFileHomes } from "#server/adapters/storage/files/homes.ts";
import { createFileStorage } from "#server/adapters/storage/files/storage.ts";
import { type Config, loadConfig } from "#server/config.ts";
import type { Context, Services } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import { runPlace } from "#server/usecases/run-place.ts";
import { testDatabase } from "./database.ts";

export type TestWorld = Awaited<ReturnType<typeof createWorld>>;
export type TestWorksheet = { readonly id: string; readonly slug: string; readonly projectSlug: string };

export const parameters: readonly Parameter[] = [
  { name: "pop", label: "Population", type: "integer", default: 10, min: 1, max: 1000, advanced: false, nullable: false },
  { name: "data", label: "Data", type: "file", default: "data.csv", accept: [".csv"], maxBytes: 1000, advanced: false, nullable: false },
];

/** The real database and the real files, with an engine that tests drive by hand. */
export async function createWorld(environment: Readonly<Record<string, string>> = {}) {
  const database = await testDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), "sheaf-world-"));
  const config: Config = loadConfig({
    SHEAF_DATA: folder,
    DATABASE_URL: database.url,
    SHEAF_SECRET: "a secret for tests, of forty characters!",
    SHEAF_URL: "http://sheaf.localhost:3000",
    ...environment,
  });
  const forge = createEmbeddedForge({ folder: path.join(folder, "repositories"), importAllow: config.projects.importAllow });
  const clock = { offsetMs: 0 };
  const services: Services = {
    config,
    store: database.store,
    forge,
    storage: createFileStorage({ dataFolder: folder, homeBytes: config.person.homeBytes }),
    homes: createFileHomes({ dataFolder: folder, homeBytes: config.person.homeBytes }),
    log: createLogger("tests", "error"),
    now: () => new Date(Date.now() + clock.offsetMs),
  };
  const { store } = services;
  const engineId = "test-engine" as EngineId;

  return {
    database,
    services,
    store,
    clock,
    folder,
    as: (actor: Actor): Context => ({ ...services, actor, requestId: "test" }),

    async user(username: string, level: Level = "reader"): Promise<UserId> {
      const user = await store.insertUser({ id: newId("user"), username, displayName: username, email: null, passwordHash: null, level });
      if (!user) throw new Error(`${username} is taken`);
      return user.id;
    },

    async worksheet(
      ownerId: UserId,
      slug: string,
      options: {
        visibility?: Visibility;
        area?: string;
        title?: string;
        tags?: string[];
        publishedAt?: Date;
        official?: boolean;
        problems?: readonly Problem[];
      } = {},
    ): Promise<TestWorksheet> {
      const { visibility = "public", area = "genetics", title = slug, tags = [], publishedAt, official = false, problems = [] } = options;
      await store.upsertArea({ slug: area, title: area, description: "" });
      const projectId = newId("project");
      const projectSlug = `${slug}-project`;
      await store.insertProject({ id: projectId, ownerId, slug: projectSlug, title, type: "worksheet", areaSlug: area, visibility, state: "ready" });
      const found = await store.upsertWorksheet({
        id: newId("worksheet"),
        slug,
        projectId,
        notebookPath: "notebook.ipynb",
        title,
        summary: `About ${title}`,
        areaSlug: area,
        tags,
        language: "python",
        visibility,
        official,
        authorName: "Test",
        ...(publishedAt ? { publishedAt } : {}),
      });
      const versionId = newId("version");
      const version = {
        id: versionId,
        worksheetId: found.id,
        commit: "1".repeat(40) as CommitId,
        notebookPath: `${slug}.ipynb`,
        environmentName: "test",
        environmentDigest: "sha256:0",
      };
      await store.insertVersion({ ...version, compiled, problems });
      const runId = newId("run");
      await store.insertRun({
        id: runId,
        worksheetId: found.id,
        versionId,
        purpose: "publish",
        values: { pop: 10, data: "data.csv" },
        cacheKey: `publish:${slug}`,
        queueKey: "publish",
        state: "done",
        finishedAt: new Date(),
      });
      await store.setCurrentVersion({ id: versionId, worksheetId: found.id, runId }, null, new Date());
      await store.countPublicWorksheets();
      return { ...found, projectSlug };
    },

    /** An engine that reports for duty. */
    engine(safeForVisitors = true): Promise<void> {
      const details = {
        adapter: "test",
        safeForVisitors,
        protections: [],
        environment: { name: "test", digest: "sha256:0" },
        warm: {},
        running: 0,
        capacity: 2,
      };
      return store.reportEngine(engineId, services.now(), services.now(), details);
    },

    /** Takes the next run as the engine does, and answers what it says then. */
    async take() {
      const run = await store.claimRun(engineId, services.now());
      if (!run) throw new Error("No run is waiting.");
      const lease = { runId: run.id, engineId, attempt: run.attempt };
      let seq = run.lastEvent;
      return {
        run,
        async say(...events: RunEvent[]): Promise<void> {
          await store.appendRunEvents(run.id, seq + 1, events);
          seq += events.length;
        },
        /** Writes notebook and file, cells and record, and ends the run. */
        async finish(cells: readonly CellResult[] = [textCell(1, "42\n")]): Promise<void> {
          const head = await store.findRun(run.id);
          if (!head) throw new Error("The run is gone.");
          const work = await mkdtemp(path.join(tmpdir(), "sheaf-work-"));
          const files = await services.storage.keepRun(await runPlace(store, head), work, new TextEncoder().encode('{"cells":[]}'), 1e6);
          await rm(work, { recursive: true, force: true });
          const at = services.now();
          const record: RunRecord = { ...recordOf(head.worksheetId, at), values: run.values, files, who: "somebody" };
          await store.finishRun(lease, {
            state: "done",
            error: null,
            record,
            cells,
            events: [{ type: "state", state: "done", at: at.getTime() }],
            firstEvent: seq + 1,
            finishedAt: at,
          });
        },
      };
    },

    async close(): Promise<void> {
      await forge.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function textCell(index: number, text: string): CellResult {
  return { index, outputs: [{ output_type: "stream", name: "stdout", text }], executionCount: 1, durationMs: 5 };
}

export const visitor = (visitorId: VisitorId | null = newId("visitor"), address = "192.0.2.1"): Extract<Actor, { kind: "visitor" }> => ({
  kind: "visitor",
  visitorId,
  address,
});
export const person = (
  userId: UserId,
  username: string,
  level: Level = "reader",
  sessionId: SessionId = newId("session"),
): Extract<Actor, { kind: "user" }> => ({
  kind: "user",
  userId,
  username,
  level,
  via: { kind: "session", sessionId },
  address: "192.0.2.2",
});
export const byToken = (
  userId: UserId,
  username: string,
  scopes: readonly TokenScope[] = tokenScopes,
  level: Level = "reader",
): Extract<Actor, { kind: "user" }> => ({
  ...person(userId, username, level),
  via: { kind: "token", tokenId: newId("token"), scopes },
});

/** The value of a Result that a test counts on. */
export function value<T>(result: { ok: true; value: T } | { ok: false; failure: { code: string; message: string } }): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export function code(result: { ok: true } | { ok: false; failure: { code: string } }): string {
  return result.ok ? "ok" : result.failure.code;
}

const compiled: CompiledWorksheet = {
  format: 1,
  language: "python",
  kernelName: "python3",
  title: "Test",
  description: "",
  parameters,
  cells: [
    { kind: "markdown", index: 0, source: "# Hello" },
    {
      kind: "code",
      index: 1,
      source: "secret_source = pop",
      role: "body",
      show: { source: "removed", outputs: "shown", stdout: true, stderr: true },
      mayFail: false,
    },
    {
      kind: "code",
      index: 2,
      source: "shown_source = 1",
      role: "body",
      show: { source: "folded", outputs: "shown", stdout: true, stderr: true },
      mayFail: false,
    },
  ],
  searchText: "",
};

function recordOf(worksheetId: string, at: Date): Omit<RunRecord, "values" | "files" | "who"> {
  const instant = at.toISOString();
  return {
    worksheet: { id: worksheetId, slug: "", title: "" },
    commit: "1".repeat(40),
    notebookPath: "notebook.ipynb",
    environment: { name: "test", digest: "sha256:0" },
    inputs: {},
    outputsDigest: "sha256:1",
    queuedAt: instant,
    startedAt: instant,
    finishedAt: instant,
    durationMs: { queued: 1, kernel: 1, cells: 1 },
    peakMemoryBytes: 1,
  };
}
