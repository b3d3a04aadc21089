import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { RunEvent } from "#lib/domain/run.ts";
import { type PlannedCell, planRun } from "#lib/worksheet/plan-run.ts";
import type { RunLimits } from "#server/config.ts";
import type { Services } from "#server/context.ts";
import type { Run, RunLease } from "#server/ports/store.ts";
import { untilDatabaseIsBack } from "./database-away.ts";
import { describeEnd, type RunEnd } from "./describe-end.ts";
import { noteEnvironmentGone } from "./environment-gone.ts";
import { createEventWriter, type EventWriter, patienceMs } from "./event-writer.ts";
import { type CellsOutcome, executeCells } from "./execute-cells.ts";
import { finishRun } from "./finish-run.ts";
import { type GivenInputs, giveInputs, planInputs, temporaryFolderOf } from "./give-inputs.ts";
import { environmentOf, type GivenUpload, type LoadedVersion, loadUploads, type VersionLoader } from "./load-run.ts";
import type { MeasuredKernel } from "./measure-runs.ts";
import { queuedAgain } from "./queued-again.ts";
import { maxAttemptsOf } from "./recover-runs.ts";
import { createRunJournal, type RunJournal } from "./run-journal.ts";
import { createRunTrace, type RunTrace } from "./run-trace.ts";
import { endKernel, type ReadyKernel } from "./start-kernel.ts";
import { createStopSignal, type Stop, type StopSignal } from "./stop-signal.ts";
import type { WarmPool } from "./warm-pool.ts";

export type RunServices = Pick<Services, "config" | "store" | "storage" | "log" | "now"> & {
  readonly engineId: EngineId;
  readonly environment: { readonly name: string; readonly digest: string };
  readonly pool: WarmPool;
  readonly loadVersion: VersionLoader;
  /** Runs under way, to be stopped by their id. */
  readonly signals: Map<RunId, StopSignal>;
  /** Kernels that work on a run, to be measured. */
  readonly inUse: Map<RunId, MeasuredKernel>;
  /** Takes the ending of a kernel, which nobody waits for but the engine's own end. */
  readonly clean: (ending: Promise<void>) => void;
};

type Going = {
  readonly run: Run;
  readonly lease: RunLease;
  readonly signal: StopSignal;
  readonly writer: EventWriter;
  readonly journal: RunJournal;
  readonly emit: (event: RunEvent) => void;
  readonly trace: RunTrace;
};
type Ready = { readonly loaded: LoadedVersion; readonly uploads: readonly GivenUpload[]; readonly ready: ReadyKernel };

const nothingRan: CellsOutcome = { error: null, cellsMs: 0 };

/** From a claimed row to its final state. Never throws for what a notebook does. */
export async function executeRun(services: RunServices, run: Run): Promise<void> {
  const { store, signals, engineId, log } = services;
  const signal = createStopSignal();
  const writer = createEventWriter(store, run.id, run.lastEvent, log);
  const journal = createRunJournal();
  const emit = (event: RunEvent): void => {
    journal.add(event);
    writer.add(event);
  };
  const going: Going = { run, lease: { runId: run.id, engineId, attempt: run.attempt }, signal, writer, journal, emit, trace: createRunTrace(run.queuedAt) };
  going.trace.mark("claimed");
  signals.set(run.id, signal);
  if (run.cancelRequested) signal.set({ kind: "cancelled" });
  try {
    await prepareAndRun(services, going);
  } catch (error) {
    // A fault of ours: the person is told at once, instead of waiting for a recovery that would meet the same fault.
    log.error({ err: error, runId: run.id }, "a run met a fault of the server");
    await giveUp(
      services,
      going,
      "Something went wrong on the server before this run was finished. Nothing is wrong with your values; please tell the operator.",
    );
  } finally {
    signals.delete(run.id);
  }
}

async function prepareAndRun(services: RunServices, going: Going): Promise<void> {
  const { run, emit } = going;
  emit({ type: "state", state: "starting", at: Date.now(), phase: "Reading the worksheet" });
  const [loaded, uploads] = await Promise.all([
    untilDatabaseIsBack(() => services.loadVersion(run.versionId), patienceMs),
    untilDatabaseIsBack(() => loadUploads(services.store, run), patienceMs),
  ]);
  if (!loaded.ok || !uploads.ok) return giveUp(services, going, !loaded.ok ? loaded.failure.message : !uploads.ok ? uploads.failure.message : "");
  going.trace.mark("loaded");
  const began = performance.now();
  const taken = going.signal.stop ? null : await takeKernel(services, going, loaded.value);
  if (taken && !taken.ok) {
    const { environmentBuildId } = loaded.value.version;
    if (taken.failure.code === "not_found" && environmentBuildId !== null) await noteEnvironmentGone(services, environmentBuildId);
    return giveUp(services, going, taken.failure.message);
  }
  const ready = taken?.ok ? taken.value : null;
  going.trace.mark("taken");
  if (ready && loaded.value.version.environmentBuildId !== null)
    void services.store
      .touchBuild(loaded.value.version.environmentBuildId, services.now())
      .catch((error: unknown) => services.log.debug({ err: error }, "the use of an environment was not noted"));
  if (ready) services.inUse.set(run.id, { kernel: ready.kernel, limitBytes: limitsOf(services, run).memoryBytes });
  try {
    await runWith(services, going, { loaded: loaded.value, uploads: uploads.value, ready }, began);
  } finally {
    if (ready) {
      services.inUse.delete(run.id);
      services.clean(endKernel(ready));
    }
  }
}

async function takeKernel({ pool }: RunServices, { run, emit }: Going, { version }: LoadedVersion) {
  const { language } = version.compiled;
  const wanted = { language, environment: environmentOf(version), versionKey: run.versionId };
  if (!pool.has(wanted))
    emit({ type: "state", state: "starting", at: Date.now(), phase: language === "r" ? "Starting an R kernel" : "Starting a Python kernel" });
  return pool.take(wanted);
}

async function runWith(
  services: RunServices,
  going: Going,
  { loaded, uploads, ready }: Omit<Ready, "ready"> & { readonly ready: ReadyKernel | null },
  began: number,
): Promise<void> {
  const { run, signal, writer } = going;
  const limits = limitsOf(services, run);
  const plan = planRun(loaded.version.compiled, run.values, planInputs(uploads));
  let inputs: GivenInputs | null = null;
  let kernelMs = 0;
  let outcome = nothingRan;
  try {
    if (ready && !signal.stop) {
      void ready.kernel.exited.then((exit) => setTimeout(() => signal.set({ kind: "exited", exit }), drainMs));
      inputs = await giveFiles(services, ready, loaded, uploads, limits.memoryBytes);
      kernelMs = performance.now() - began;
      going.trace.mark("given");
      outcome = await runCells(services, going, ready, plan, limits.seconds);
      // What is still to be done has nothing more to show.
      writer.flush();
      going.trace.mark("executed");
    }
    // Read now: that we stop the kernel ourselves is not why the run ended.
    const { stop } = signal;
    if (stop?.kind === "stopping") return await requeue(services, going, { orderly: true });
    if (stop?.kind === "exited" && stop.exit.reason === "lost" && run.attempt < maxAttemptsOf(services.config))
      return await requeue(services, going, { orderly: false });
    if (ready) await stopKernel(services, run, ready);
    await finish(services, going, { loaded, uploads, ready }, { stop, plan, inputs, kernelMs, outcome });
  } finally {
    await inputs?.dispose();
  }
}

/**
 * Before anything is kept: what goes on computing would outlive its time limit, change files while they are copied, and
 * go on speaking to us. One that cannot be stopped is killed again at the end.
 */
async function stopKernel({ log }: RunServices, run: Run, { client, kernel }: ReadyKernel): Promise<void> {
  client.close();
  await kernel.stop().catch((error: unknown) => log.warn({ err: error, runId: run.id }, "a kernel was not stopped before its files were kept"));
}

type Executed = {
  readonly stop: Exclude<Stop, { kind: "stopping" }> | null;
  readonly plan: readonly PlannedCell[];
  readonly inputs: GivenInputs | null;
  readonly kernelMs: number;
  readonly outcome: CellsOutcome;
};

async function finish(
  services: RunServices,
  { run, lease, journal, writer, trace }: Going,
  { loaded, uploads, ready }: Omit<Ready, "ready"> & { readonly ready: ReadyKernel | null },
  { stop, plan, inputs, kernelMs, outcome }: Executed,
): Promise<void> {
  const limits = limitsOf(services, run);
  // The kernel may have ended after its last cell: that is no failure any more.
  const end = describeEnd(stop, outcome.error, limits);
  const usage = await ready?.kernel.usage().catch(() => null);
  const givenFolders = [loaded.checkout, ...(inputs?.stagedFolder ? [inputs.stagedFolder] : [])];
  const workFolder = ready?.kernel.workFolder ?? null;
  const ended = {
    run,
    lease,
    end,
    loaded,
    environment: environmentOf(loaded.version) ?? services.environment,
    uploads,
    plan,
    cells: journal.cells(),
    workFolder,
    givenFolders,
  };
  const ours = await finishRun(services, { ...ended, peakMemoryBytes: usage?.peakMemoryBytes ?? null, kernelMs, cellsMs: outcome.cellsMs }, writer);
  trace.mark("finished");
  services.log.debug({ runId: run.id, trace: trace.marks }, "where a run's time went");
  const took = { kernelMs: Math.round(kernelMs), cellsMs: Math.round(outcome.cellsMs) };
  services.log.info({ runId: run.id, worksheet: loaded.worksheet.slug, state: end.state, reason: end.error?.kind, ours, ...took }, "a run ended");
}

function limitsOf({ config }: Pick<RunServices, "config">, { ownerId, purpose }: Run): RunLimits {
  return ownerId === null && purpose === "person" ? config.visitor : config.person;
}

/** What a dying kernel said last is still on its way. */
const drainMs = 300;

async function giveFiles(
  { config }: RunServices,
  { kernel, givenCheckout, memoryBytes }: ReadyKernel,
  loaded: LoadedVersion,
  uploads: readonly GivenUpload[],
  wantedBytes: number,
): Promise<GivenInputs> {
  if (memoryBytes !== wantedBytes) await kernel.limitMemory?.(wantedBytes);
  if (givenCheckout !== loaded.checkout) await kernel.giveFiles(loaded.checkout);
  return giveInputs(kernel, uploads, temporaryFolderOf(config));
}

async function runCells(
  { store, config, log }: RunServices,
  { lease, signal, emit }: Going,
  { client }: ReadyKernel,
  plan: readonly PlannedCell[],
  seconds: number,
): Promise<CellsOutcome> {
  // Not waited for: the events say it sooner, and the final state does not need it.
  void store.markRunning(lease).catch((error: unknown) => log.warn({ err: error, runId: lease.runId }, "a run was not marked as running"));
  const timer = setTimeout(() => signal.set({ kind: "timeout" }), seconds * 1000);
  try {
    return await executeCells({ plan, client, limitBytes: config.kernels.outputBytes, signal, emit });
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a run that could not even begin; `message` is for the person. */
async function giveUp({ store, log, now }: RunServices, { run, lease, writer, signal }: Going, message: string): Promise<void> {
  const end: RunEnd = signal.stop?.kind === "cancelled" ? { state: "cancelled", error: null } : { state: "failed", error: { kind: "unavailable", message } };
  const finishedAt = now();
  const { events, firstEvent } = await writer.takeRest();
  const final: RunEvent = { type: "state", state: end.state, at: finishedAt.getTime(), ...(end.error ? { error: end.error } : {}) };
  await untilDatabaseIsBack(() => store.finishRun(lease, { ...end, record: null, cells: [], events: [...events, final], firstEvent, finishedAt }), patienceMs);
  log.warn({ runId: run.id, reason: message }, "a run could not begin");
}

/** `orderly`: this attempt does not count. */
async function requeue({ store, log }: RunServices, { run, lease, journal, writer }: Going, how: { orderly: boolean }): Promise<void> {
  const { events, firstEvent } = await writer.takeRest();
  await store
    .requeueRun(lease, [...events, ...queuedAgain(journal.cells(), Date.now())], firstEvent, how)
    .catch((error: unknown) => log.warn({ err: error, runId: run.id }, "a run was not put back into the queue; the next start will"));
}
