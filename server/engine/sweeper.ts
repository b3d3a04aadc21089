import { lstat, readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "#server/log.ts";
import type { Storage } from "#server/ports/storage.ts";
import type { Store } from "#server/ports/store.ts";
import { unlessBackedUp } from "#server/usecases/hold-removals.ts";
import type { Checkouts } from "./checkouts.ts";

const everyMs = 60_000;
const keepEventsMs = 10 * 60_000;
const batch = 100;
/** Longer than any run may have them. */
const keepGivenMs = 6 * 3_600_000;

export type SweepServices = {
  readonly store: Store;
  readonly storage: Pick<Storage, "removeRun">;
  readonly checkouts: Checkouts;
  readonly log: Logger;
  readonly now: () => Date;
};

/** Removes what time has ended. One sweep after the other; a failure is logged and tried again a minute later. */
export function startSweeper(services: SweepServices, more: readonly (() => Promise<void>)[] = []): { stop(): void } {
  let sweeping = false;
  const timer = setInterval(() => {
    if (sweeping) return;
    sweeping = true;
    void sweepOnce(services, more).finally(() => {
      sweeping = false;
    });
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}

export async function sweepOnce({ store, storage, checkouts, log, now }: SweepServices, more: readonly (() => Promise<void>)[] = []): Promise<void> {
  const steps = [
    () => store.sweepRunEvents(new Date(now().getTime() - keepEventsMs)),
    unlessBackedUp(store, () => sweepExpiredRuns(store, storage, now())),
    () => store.sweepUploads(now()),
    () => store.sweepRates(new Date(now().getTime() - 86_400_000)),
    () => checkouts.sweep(),
    ...more,
  ];
  for (const step of steps) await step().catch((error: unknown) => log.warn({ err: error }, "a sweep failed"));
}

/** The row goes before the files: files without a row are rubbish, a row without its files would be a broken promise. */
async function sweepExpiredRuns(store: Store, storage: Pick<Storage, "removeRun">, now: Date): Promise<void> {
  await store.hideExpiredRuns(now);
  for (const run of await store.listExpiredRuns(now, batch)) {
    if (!(await store.deleteExpiredRun(run.id, now))) continue;
    await storage.removeRun({ username: null, worksheetSlug: run.worksheetSlug, runId: run.id, queuedAt: new Date(run.queuedAt) });
  }
}

/** People's own files, in clear: what an engine that was killed had laid ready for a run. */
export async function sweepGivenFiles(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const at = path.join(folder, name);
    const found = await lstat(at).catch(() => null);
    if (found && found.mtimeMs < now.getTime() - keepGivenMs) await rm(at, { recursive: true, force: true });
  }
}
