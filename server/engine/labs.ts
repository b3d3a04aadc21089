import os from "node:os";
import type { EngineId, LabId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";
import { isDatabaseAway } from "#server/database-away.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";
import { type LabSession, runLab } from "./lab-session.ts";
import type { Turn } from "./placement.ts";

export type EngineLabs = {
  running(): number;
  /** Tells the labs of engines that are silent. */
  endSilent(): Promise<void>;
  lookAround(): Promise<void>;
  stop(): Promise<void>;
};

const machineGone =
  "The machine that this lab ran on stopped answering, and the lab ended with it. Open it again: it starts on another one; your files are as they were saved.";
/** Waiting ones are made when those that people open have their processors. */
const calmMs = 3000;
/** As many start at once; the others wait their turn, since each takes a processor for a second. */
const startsAtOnce = Math.max(2, os.availableParallelism() * 2);

/** Claims labs and keeps them until they end. At its beginning, what this engine's former life held is told as stopped. */
export async function startLabs(services: Services, kernels: KernelsPort, engineId: EngineId, turn: () => Promise<Turn<LabId>>): Promise<EngineLabs> {
  const { store, log, now, config } = services;
  const silentSince = async (): Promise<Date> => new Date((await store.readClock()).getTime() - config.silentMs);
  const sessions = new Map<LabId, LabSession>();
  const all = new Set<Promise<void>>();
  const strangers = new Set<string>();
  let stopped = false;
  let claiming: Promise<void> | null = null;
  let again = false;
  let warmTimer: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout | undefined;

  await store.endAbandonedLabs(await silentSince(), engineId, now());

  const starting = (): number => [...sessions.values()].filter((session) => session.stage() === "starting").length;

  const claimAll = async (): Promise<void> => {
    do {
      again = false;
      while (!stopped && starting() < startsAtOnce) {
        const { except, againMs } = await turn();
        const row = await store.claimLab(engineId, except);
        if (!row) {
          wakeAfter(againMs);
          break;
        }
        const former = sessions.get(row.id);
        former?.lookAtRow();
        const session = runLab(services, kernels, row, { labId: row.id, engineId, generation: row.generation }, former?.ended ?? Promise.resolve());
        sessions.set(row.id, session);
        const ended = session.ended.finally(() => {
          if (sessions.get(row.id) === session) sessions.delete(row.id);
          all.delete(ended);
          wake();
        });
        all.add(ended);
        warmLater();
      }
    } while (again && !stopped);
  };

  const wake = (): void => {
    if (stopped) return;
    again = true;
    claiming ??= claimAll()
      .catch((error: unknown) => {
        if (!isDatabaseAway(error)) log.error({ err: error }, "claiming a lab failed");
      })
      .finally(() => {
        claiming = null;
        if (again) wake();
      });
  };

  /** When those that shall go first have had their time. */
  const wakeAfter = (ms: number | null): void => {
    clearTimeout(later);
    if (ms !== null) later = setTimeout(wake, ms);
  };

  /** Begun anew at every start, so that many in a row are not disturbed. */
  const warmLater = (): void => {
    clearTimeout(warmTimer);
    if (stopped || config.labs.poolSize === 0) return;
    warmTimer = setTimeout(() => {
      if (starting() > 0) warmLater();
      else void kernels.keepLabsWarm(config.labs.poolSize).catch((error: unknown) => log.warn({ err: error }, "no lab waits for somebody"));
    }, calmMs);
    warmTimer.unref();
  };

  /** What the database believes us to hold and we know nothing of, twice in a row: the answer to a claim was lost. */
  const endStrangers = async (): Promise<void> => {
    const held = await store.listHeldLabs(engineId);
    const unknown = held.filter((lab) => sessions.get(lab.id)?.lease.generation !== lab.generation);
    const keyOf = (lab: (typeof held)[number]): string => `${lab.id}:${lab.generation}`;
    for (const lab of unknown)
      if (strangers.has(keyOf(lab)))
        await store.changeLab({ labId: lab.id, engineId, generation: lab.generation }, { state: "stopped", stopReason: "server_stopped", stoppedAt: now() });
    strangers.clear();
    for (const lab of unknown) strangers.add(keyOf(lab));
    for (const lab of held) if (lab.stopRequested) sessions.get(lab.id)?.lookAtRow();
  };

  const lookAgain = (userId: string): void => {
    for (const session of sessions.values()) if (session.userId === userId) session.lookAtRow();
  };
  const listeners = await Promise.all([
    store.listen("lab_queued", wake, wake),
    store.listen("lab_stop", (id) => sessions.get(id as LabId)?.lookAtRow()),
    store.listen("membership_changed", lookAgain),
  ]);
  warmLater();

  return {
    running: () => [...sessions.values()].filter((session) => session.stage() === "ready").length,
    async endSilent() {
      await store.endAbandonedLabs(await silentSince(), null, now(), machineGone);
    },
    async lookAround() {
      wake();
      await endStrangers();
    },
    async stop() {
      stopped = true;
      clearTimeout(warmTimer);
      clearTimeout(later);
      await Promise.all(listeners.map((listener) => listener.close()));
      await claiming;
      for (const session of sessions.values()) session.stop("server_stopped");
      await Promise.all(all);
    },
  };
}
