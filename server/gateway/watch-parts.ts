import type { Health, PartHealth, PartName } from "#lib/gateway/health.ts";
import { liveEngines } from "#server/live-engines.ts";
import type { Store } from "#server/ports/store.ts";

export type WatchedParts = { readonly store: Pick<Store, "listEngines">; readonly web: { readonly host: string; readonly port: number } };

const everyMs = 5_000;
const patienceMs = 5_000;

/** How the other parts are, where no supervisor tells: seen from here, every few seconds. */
export function watchParts({ store, web }: WatchedParts, onParts: (parts: Health["parts"]) => void): { stop(): void } {
  const known: Partial<Record<PartName, PartHealth>> = {};
  const note = (name: PartName, state: PartHealth["state"], detail?: string) => {
    const before = known[name];
    if (before?.state === state && before.detail === detail) return;
    known[name] = { state, since: new Date().toISOString(), ...(detail === undefined ? {} : { detail }) };
  };
  const look = async () => {
    await Promise.all([lookAtRows(store, note), lookAtWeb(web, note)]);
    onParts({ ...known });
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  return { stop: () => clearInterval(timer) };
}

type Note = (name: PartName, state: PartHealth["state"], detail?: string) => void;

async function lookAtRows(store: WatchedParts["store"], note: Note): Promise<void> {
  try {
    const engines = await liveEngines(store, new Date());
    note("database", "ready");
    note("engine", engines.length > 0 ? "ready" : "down", engines.length > 0 ? undefined : "no engine has reported for half a minute");
    const unsafe = engines.filter(({ details }) => !details.safeForVisitors).map(({ id }) => id);
    if (engines.length > 0)
      note("kernels", unsafe.length > 0 ? "degraded" : "ready", unsafe.length > 0 ? `not fully protected: ${unsafe.join(", ")}` : undefined);
    else note("kernels", "down");
  } catch (error) {
    note("database", "down", error instanceof Error ? error.message.slice(0, 200) : undefined);
  }
}

/** Any answer will do: whether pages can reach the database is told of the database. */
async function lookAtWeb({ host, port }: WatchedParts["web"], note: Note): Promise<void> {
  const answer = await fetch(`http://${host}:${port}/api/health`, { signal: AbortSignal.timeout(patienceMs) }).catch(() => null);
  await answer?.body?.cancel();
  note("web", answer !== null && answer.status < 500 ? "ready" : "down");
}
