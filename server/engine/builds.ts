import type { EngineId, EnvironmentBuildId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";
import { isDatabaseAway } from "#server/database-away.ts";
import type { EnvironmentsPort } from "#server/ports/environments.ts";
import type { BuildLease } from "#server/ports/store.ts";
import { makeEnvironment } from "./make-environment.ts";

export type EngineBuilds = {
  running(): number;
  /** Whether this engine may call others silent now. */
  lookAround(maySpeakForOthers: boolean): Promise<void>;
  /** Removes environments that nothing used for long. */
  collect(): Promise<void>;
  stop(): Promise<void>;
};

const pollMs = 5000;
/** One that is interrupted so often is what interrupts. */
const maxAttempts = 3;

/** Claims builds, as many as are made at once. What this engine's former life was at is begun again. */
export async function startBuilds(services: Services, environments: EnvironmentsPort, engineId: EngineId): Promise<EngineBuilds> {
  const { store, log, now, config } = services;
  const going = new Map<EnvironmentBuildId, { readonly lease: BuildLease; readonly stop: AbortController; readonly ended: Promise<void> }>();
  let stopped = false;
  let claiming: Promise<void> | null = null;
  let again = false;

  const recover = async (ownLife: EngineId | null): Promise<void> => {
    for (const build of await store.listAbandonedBuilds(new Date((await store.readClock()).getTime() - config.silentMs), ownLife)) {
      if (build.engineId === null || going.has(build.id)) continue;
      const lease = { buildId: build.id, engineId: build.engineId, attempt: build.attempt };
      const error = `The environment could not be made: it was interrupted ${maxAttempts} times, the last time in the phase “${build.phase}”.`;
      if (build.attempt >= maxAttempts) await store.finishBuild(lease, { state: "failed", error, mayPass: true }, now());
      else await store.requeueBuild(lease, { counts: true, notBefore: null });
      log.warn({ build: build.id, attempt: build.attempt }, "a build was interrupted");
    }
  };

  const claimAll = async (): Promise<void> => {
    do {
      again = false;
      while (!stopped && going.size < config.builds.atOnce) {
        if (!(await environments.describe()).works) return;
        const build = await store.claimBuild(environments.name, engineId, now());
        if (!build) break;
        const stop = new AbortController();
        const lease = { buildId: build.id, engineId, attempt: build.attempt };
        const ended = makeEnvironment(services, environments, build, lease, stop)
          .catch((error: unknown) => log.error({ err: error, build: build.id }, "a build ended in a way nobody foresaw"))
          .finally(() => {
            going.delete(build.id);
            wake();
          });
        going.set(build.id, { lease, stop, ended });
      }
    } while (again && !stopped);
  };

  const wake = (): void => {
    if (stopped || config.builds.atOnce === 0) return;
    again = true;
    claiming ??= claimAll()
      .catch((error: unknown) => {
        if (!isDatabaseAway(error)) log.error({ err: error }, "claiming a build failed");
      })
      .finally(() => {
        claiming = null;
      });
  };

  /** Somebody cancelled it, or another engine took this one for dead. */
  const lookAtRows = async (): Promise<void> => {
    for (const { lease, stop } of going.values()) if (!(await store.isBuildHeld(lease))) stop.abort();
  };
  const look = (): void => {
    lookAtRows().catch((error: unknown) => {
      if (!isDatabaseAway(error)) log.error({ err: error }, "whether builds are still wanted could not be seen");
    });
  };

  await environments.sweep();
  await recover(engineId);
  const listeners = await Promise.all([store.listen("build_queued", wake, wake), store.listen("build_cancel", look, look)]);
  const timer = setInterval(() => {
    wake();
    look();
  }, pollMs);
  wake();

  return {
    running: () => going.size,
    async lookAround(maySpeakForOthers) {
      if (maySpeakForOthers) await recover(null);
    },
    async collect() {
      const unusedSince = new Date(now().getTime() - config.builds.keepDays * 86_400_000);
      const removed = await environments.collect(await store.retireBuilds(environments.name, unusedSince));
      if (removed > 0) log.info({ removed }, "environments that nothing used were removed");
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await Promise.all(listeners.map((listener) => listener.close()));
      await claiming;
      for (const { stop } of going.values()) stop.abort();
      await Promise.all([...going.values()].map(({ ended }) => ended));
    },
  };
}
