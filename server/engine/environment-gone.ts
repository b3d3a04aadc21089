import type { EnvironmentBuildId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";

const silentMs = 30_000;

/** Another engine may have it where this one has not: only where there is no other is it gone for everybody. */
export async function noteEnvironmentGone({ store, now }: Pick<Services, "store" | "now">, id: EnvironmentBuildId): Promise<void> {
  const engines = await store.listEngines(new Date(now().getTime() - silentMs));
  if (engines.length <= 1) await store.markBuildRemoved(id);
}
