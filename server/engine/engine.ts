import path from "node:path";
import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";
import type { EnvironmentsPort } from "#server/ports/environments.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";
import type { EngineDetails } from "#server/ports/store.ts";
import { completePublication, completePublications } from "#server/usecases/complete-publication.ts";
import { unlessBackedUp } from "#server/usecases/hold-removals.ts";
import { maintenanceOf } from "#server/usecases/maintain-repositories.ts";
import { purgeProjects } from "#server/usecases/purge-projects.ts";
import { sweepHomes } from "#server/usecases/sweep-homes.ts";
import { sweepProjects, sweepRepositories, sweepSilentMakings } from "#server/usecases/sweep-projects.ts";
import { startBuilds } from "./builds.ts";
import { createCheckouts } from "./checkouts.ts";
import { type ClaimLoop, startClaimLoop } from "./claim-loop.ts";
import { engineName } from "./engine-name.ts";
import { executeRun, type RunServices } from "./execute-run.ts";
import { temporaryFolderOf } from "./give-inputs.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { startLabs } from "./labs.ts";
import { createVersionLoader } from "./load-run.ts";
import { type MeasuredKernel, measureRuns } from "./measure-runs.ts";
import { alone, createPlacement } from "./placement.ts";
import { keepPopularWarm } from "./popular-worksheets.ts";
import { maxAttemptsOf, recoverRuns } from "./recover-runs.ts";
import { startKernel } from "./start-kernel.ts";
import type { StopSignal } from "./stop-signal.ts";
import { startSweeper, sweepGivenFiles } from "./sweeper.ts";
import { createWarmPool } from "./warm-pool.ts";

export type Engine = { stop(): Promise<void> };

/** Others are called silent only by an engine that has itself reached the database for so much longer than that. */
const steadyTimes = 1.5;
const lookAroundMs = 5000;
/** Those that are silent are looked for so often: together with the silence itself, how long their work lies still. */
const silenceMs = 1500;
const popularMs = 60_000;
const offerMs = 60_000;

/** Everything of one engine, from its former life's remains to its claim loop. Resolves when it takes runs. */
export async function startEngine(services: Services, kernels: KernelsPort, environments: EnvironmentsPort): Promise<Engine> {
  const { config, store, log, now } = services;
  const engineId = await engineName(config.kernels.engineId, config.dataFolder);
  const description = await kernels.describe();
  log.info({ swept: await kernels.sweep(), environment: description.environment.name, safeForVisitors: description.safeForVisitors }, "kernels are ready");
  const signals = new Map<RunId, StopSignal>();
  const inUse = new Map<RunId, MeasuredKernel>();
  const measured = measureRuns(inUse);
  const cleaning = new Set<Promise<void>>();
  const checkouts = createCheckouts(services.forge, path.join(config.dataFolder, "checkouts"), config.kernels.diskBytes);
  const loadVersion = createVersionLoader(services, checkouts);
  // Started with the smaller limit: who may use more is given more when the kernel is handed over.
  const memoryBytes = Math.min(config.visitor.memoryBytes, config.person.memoryBytes);
  const pool = createWarmPool({
    start: (language, environment) => startKernel(kernels, config.kernels, { language, environment, memoryBytes }),
    busy: () => signals.size,
    log,
  });
  const clean = (ending: Promise<void>): void => {
    const tracked = ending.catch((error: unknown) => log.warn({ err: error }, "a kernel was not removed")).finally(() => cleaning.delete(tracked));
    cleaning.add(tracked);
  };
  const runServices: RunServices = { ...services, engineId, environment: description.environment, pool, loadVersion, signals, clean, inUse };
  const isRunning = (id: RunId): boolean => signals.has(id);
  const maxAttempts = maxAttemptsOf(config);
  const recover = (booting: boolean): Promise<number> =>
    recoverRuns(store, { engineId, isRunning, booting, silentMs: config.silentMs, maxAttempts, now: now(), log });
  const warm = (): Promise<void> => keepPopularWarm({ store, loadVersion, pool, config: config.kernels, languages: description.languages }, now());

  await recover(true);
  let labsRunning = (): number => 0;
  let images = (await environments.images?.()) ?? [];
  const placement =
    kernels.name === "swarm"
      ? createPlacement({
          store,
          config,
          engineId,
          running: () => ({ runs: signals.size, runsBytes: measured.latest().memoryBytes, labs: labsRunning() }),
          images: () => images,
        })
      : null;
  const labs = await startLabs(services, kernels, engineId, (placement ?? alone).forLabs);
  labsRunning = labs.running;
  const builds = await startBuilds(services, environments, engineId);
  let offer = await offerEnvironments(services, environments);
  let { waiting } = description.labs;
  const describe = (): EngineDetails => ({
    adapter: kernels.name,
    ...description,
    warm: pool.counts(),
    running: signals.size,
    capacity: config.kernels.capacity,
    usage: { runs: measured.latest() },
    labs: { ...description.labs, running: labs.running(), waiting },
    environments: offer,
    ...(placement ? { node: placement.offer() } : {}),
  });
  const heartbeat = await startHeartbeat(store, engineId, describe, log);
  const isSteady = (): boolean => heartbeat.steadyFor(config.silentMs * steadyTimes);
  const execute = async (run: Parameters<typeof executeRun>[1]): Promise<void> => {
    await executeRun(runServices, run);
    if (run.purpose === "publish") await completePublication(services, run.id);
  };
  const loop = startClaimLoop({ store, engineId, capacity: config.kernels.capacity, maxAttempts, turn: (placement ?? alone).forRuns, execute, now, log });
  const cancel = (id: string): void => signals.get(id as RunId)?.set({ kind: "cancelled" });
  const listeners = await listen(services, engineId, loop, cancel);
  const every = (ms: number, work: () => Promise<unknown>): NodeJS.Timeout =>
    setInterval(() => void work().catch((error: unknown) => log.debug({ err: error }, "will be tried again")), ms);
  const timers = [
    every(silenceMs, async () => {
      if (!isSteady()) return;
      await recover(false);
      await labs.endSilent();
    }),
    every(popularMs, warm),
    every(lookAroundMs, async () => {
      ({ waiting } = (await kernels.describe()).labs);
      await labs.lookAround();
      images = (await environments.images?.()) ?? [];
    }),
    every(lookAroundMs, () => builds.lookAround(isSteady())),
    every(offerMs, async () => {
      offer = await offerEnvironments(services, environments);
    }),
    // A wish that came between a run's claim and its being known here was heard by nobody.
    every(lookAroundMs, async () => (signals.size > 0 ? (await store.listCancelRequests(engineId)).forEach(cancel) : undefined)),
  ];
  const sweeper = startSweeper({ ...services, checkouts }, [
    () => sweepGivenFiles(temporaryFolderOf(config), now()),
    () => completePublications(services),
    () => sweepProjects(services),
    () => sweepSilentMakings(services),
    unlessBackedUp(store, () => purgeProjects(services)),
    hourly(unlessBackedUp(store, () => sweepRepositories(services))),
    hourly(() => sweepHomes(services)),
    hourly(() => builds.collect()),
    hourly(maintenanceOf(services, () => signals.size === 0)),
  ]);
  void completePublications(services).catch((error: unknown) => log.warn({ err: error }, "publications were not completed"));
  void warm().catch((error: unknown) => log.warn({ err: error }, "the warm pool was not filled"));

  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      sweeper.stop();
      measured.stop();
      await Promise.all(listeners.map((listener) => listener.close()));
      for (const signal of signals.values()) signal.set({ kind: "stopping" });
      await Promise.all([loop.stop(), pool.stop(), labs.stop(), builds.stop()]);
      heartbeat.stop();
      await store.removeEngine(engineId).catch(() => {});
      await Promise.all(cleaning);
      await kernels.close();
    },
  };
}

/** What is there need not be made: that has to be known before anybody asks. */
async function offerEnvironments({ store, now }: Services, environments: EnvironmentsPort): Promise<NonNullable<EngineDetails["environments"]>> {
  const offer = await environments.describe();
  if (offer.works && (await store.findEnvironmentBase(environments.name, offer.base.digest)) === null)
    await store.upsertEnvironmentBase(environments.name, offer.base.digest, await environments.inventory(), now());
  return { adapter: environments.name, ...offer };
}

/** For what is no matter of a minute. */
function hourly(work: () => Promise<void>): () => Promise<void> {
  let next = 0;
  return async () => {
    if (Date.now() < next) return;
    next = Date.now() + 3_600_000;
    await work();
  };
}

function listen({ store }: Pick<Services, "store">, engineId: EngineId, loop: ClaimLoop, cancel: (id: string) => void) {
  // What was said while nobody listened is asked for.
  const missedCancels = (): void =>
    void store.listCancelRequests(engineId).then(
      (ids) => ids.forEach(cancel),
      () => {},
    );
  return Promise.all([
    store.listen(
      "run_queued",
      () => loop.wake(),
      () => loop.wake(),
    ),
    store.listen("run_cancel", cancel, missedCancels),
  ]);
}
