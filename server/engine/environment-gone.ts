import type { EnvironmentBuildId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";
import { liveEngines } from "#server/live-engines.ts";

/**
 * Another engine may have it where this one has not: it is gone for everybody only where there is no other, where all share
 * one container engine, or where a registry was asked that all of them ask. Whoever wants it next has it made again.
 */
export async function noteEnvironmentGone({ config, store, now }: Pick<Services, "config" | "store" | "now">, id: EnvironmentBuildId): Promise<void> {
  const isShared = config.kernels.adapter === "docker" || config.docker.registry !== null;
  if (isShared || (await liveEngines(store, now())).length <= 1) await store.markBuildRemoved(id);
}
