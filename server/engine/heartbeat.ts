import type { EngineId } from "#lib/domain/ids.ts";
import type { Logger } from "#server/log.ts";
import type { EngineDetails, Store } from "#server/ports/store.ts";

const everyMs = 2000;

/** As long between two beats is a gap: what held this engine up (a disk that stalls, a machine that slept) may have held up the others too. */
const gapMs = 2 * everyMs;

export type Heartbeat = {
  /** Whether this engine has reached the database without a gap for as long: only then may it call others silent. */
  steadyFor(ms: number): boolean;
  stop(): void;
};

/** Says every two seconds that this engine lives, and what it can do. */
export async function startHeartbeat(store: Pick<Store, "reportEngine">, engineId: EngineId, details: () => EngineDetails, log: Logger): Promise<Heartbeat> {
  const startedAt = new Date();
  let steadySince: number | null = null;
  let lastBeat = performance.now();

  const beat = async (): Promise<void> => {
    try {
      await store.reportEngine(engineId, startedAt, null, details());
      const at = performance.now();
      if (steadySince === null || at - lastBeat > gapMs) steadySince = at;
      lastBeat = at;
    } catch (error) {
      if (steadySince !== null) log.warn({ err: error }, "the database cannot be reached; runs go on");
      steadySince = null;
    }
  };

  await beat();
  let beating = false;
  const timer = setInterval(() => {
    if (beating) return;
    beating = true;
    void beat().finally(() => {
      beating = false;
    });
  }, everyMs);
  return {
    steadyFor: (ms) => {
      const at = performance.now();
      return steadySince !== null && at - lastBeat <= gapMs && at - steadySince >= ms;
    },
    stop: () => clearInterval(timer),
  };
}
