import { canonicalJson } from "#lib/canonical-json.ts";
import type { CellResult, RunEvent, RunFile, RunRecord } from "#lib/domain/run.ts";
import { printNotebook } from "#lib/notebook/print-notebook.ts";
import { executedNotebook } from "#lib/worksheet/executed-notebook.ts";
import type { PlannedCell } from "#lib/worksheet/plan-run.ts";
import type { Services } from "#server/context.ts";
import { isDatabaseAway } from "#server/database-away.ts";
import { digestOf } from "#server/ids.ts";
import { personHome } from "#server/person-home.ts";
import type { Run, RunLease, User } from "#server/ports/store.ts";
import { untilDatabaseIsBack } from "./database-away.ts";
import type { RunEnd } from "./describe-end.ts";
import { type EventWriter, patienceMs } from "./event-writer.ts";
import type { GivenUpload, LoadedVersion } from "./load-run.ts";

/** Everything about a run that came to its end, before it is written down. */
export type EndedRun = {
  readonly run: Run;
  readonly lease: RunLease;
  readonly end: RunEnd;
  readonly loaded: LoadedVersion;
  readonly environment: { readonly name: string; readonly digest: string };
  readonly uploads: readonly GivenUpload[];
  readonly plan: readonly PlannedCell[];
  readonly cells: readonly CellResult[];
  /** Null where no kernel came. */
  readonly workFolder: string | null;
  readonly givenFolders: readonly string[];
  readonly peakMemoryBytes: number | null;
  readonly kernelMs: number;
  readonly cellsMs: number;
};

type Needs = Pick<Services, "config" | "store" | "storage" | "log" | "now">;

/** Keeps notebook and files, then writes cells, record and final state together. False where the run was no longer ours. */
export async function finishRun(services: Needs, ended: EndedRun, writer: EventWriter): Promise<boolean> {
  const finishedAt = services.now();
  const owner = await ownerNow(services, ended.run);
  const draft = draftRecord(ended, owner, finishedAt);
  const files = await keepFiles(services, ended, owner, draft);
  const record: RunRecord = { ...draft, files };
  const { store, log } = services;
  const { state, error } = ended.end;
  const final: RunEvent = { type: "state", state, at: finishedAt.getTime(), ...(error ? { error } : {}) };
  const { events, firstEvent } = await writer.takeRest();
  const finish = { state, error, record, cells: ended.cells, events: [...events, final], firstEvent, finishedAt };
  let attempts = 0;
  const write = (): Promise<boolean> => {
    attempts += 1;
    return store.finishRun(ended.lease, finish);
  };
  try {
    // After a lost answer the second try finds the run final: that was us.
    return (await untilDatabaseIsBack(write, patienceMs)) || attempts > 1;
  } catch (problem) {
    if (isDatabaseAway(problem)) throw problem;
    log.error({ err: problem, runId: ended.run.id }, "the result of a run was refused by the database");
    const unstorable = {
      kind: "unavailable" as const,
      message: "The result of this run could not be stored. Nothing is wrong with your values; please tell the operator.",
    };
    return store.finishRun(ended.lease, {
      ...finish,
      state: "failed",
      error: unstorable,
      cells: [],
      record: null,
      events: [{ type: "state", state: "failed", at: finishedAt.getTime(), error: unstorable }],
    });
  }
}

function draftRecord(ended: EndedRun, owner: User | null, finishedAt: Date): RunRecord {
  const { run, loaded } = ended;
  const startedAt = run.startedAt ?? finishedAt;
  return {
    worksheet: loaded.worksheet,
    commit: loaded.version.commit,
    notebookPath: loaded.version.notebookPath,
    environment: ended.environment,
    values: run.values,
    inputs: Object.fromEntries(ended.uploads.map((upload) => [upload.parameter, upload.digest])),
    outputsDigest: digestOf(canonicalJson(ended.cells.map(({ index, outputs }) => ({ index, outputs })))),
    who: owner?.username ?? null,
    queuedAt: run.queuedAt.toISOString(),
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: { queued: startedAt.getTime() - run.queuedAt.getTime(), kernel: Math.round(ended.kernelMs), cells: Math.round(ended.cellsMs) },
    peakMemoryBytes: ended.peakMemoryBytes,
    files: [],
  };
}

/** Asked at the end: somebody may have claimed the run while it went on. */
async function ownerNow({ store }: Pick<Services, "store">, run: Run): Promise<User | null> {
  return untilDatabaseIsBack(async () => {
    const current = await store.findRun(run.id);
    return current?.ownerId ? store.findUser(current.ownerId) : null;
  }, patienceMs);
}

/** A full disk or home must not cost anybody the answer: then the outputs stay and the files are missing. */
async function keepFiles({ config, storage, log }: Needs, ended: EndedRun, owner: User | null, record: RunRecord): Promise<readonly RunFile[]> {
  const { run, loaded } = ended;
  // A trial is looked at and gone.
  if (run.purpose === "preview") return [];
  try {
    const whose = owner ? personHome(owner) : { username: null, uid: null };
    const place = { ...whose, worksheetSlug: loaded.worksheet.slug, runId: run.id, queuedAt: run.queuedAt };
    const room = owner ? await storage.homeUsage(owner.username) : null;
    const limitBytes = Math.min(config.kernels.diskBytes, room ? Math.max(0, room.limitBytes - room.usedBytes) : Number.POSITIVE_INFINITY);
    const notebook = executedNotebook(loaded.notebook, loaded.version.compiled, ended.plan, ended.cells, record);
    return await storage.keepRun(place, ended.workFolder, new TextEncoder().encode(printNotebook(notebook)), limitBytes, ended.givenFolders);
  } catch (error) {
    log.error({ err: error, runId: run.id }, "the files of a run were not kept");
    return [];
  }
}
