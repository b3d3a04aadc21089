import { setTimeout as sleep } from "node:timers/promises";
import { type GroupFolder, lostGroups } from "#lib/domain/mounts.ts";
import type { Services } from "#server/context.ts";
import { labBasePath } from "#server/lab-address.ts";
import type { Home } from "#server/ports/homes.ts";
import type { Lab } from "#server/ports/kernels.ts";
import type { LabChange, LabRow } from "#server/ports/store.ts";
import { judgeIdle, readActivity } from "./lab-activity.ts";
import type { LabEnding } from "./lab-session.ts";

export type WatchLab = {
  readonly services: Services;
  readonly lab: Lab;
  readonly home: Home;
  /** What it was given of groups' folders. */
  readonly groups: readonly GroupFolder[];
  readonly row: LabRow;
  readonly readyAt: Date;
  readonly change: (what: LabChange) => Promise<boolean>;
  readonly end: (ending: LabEnding) => void;
};

const everyMs = 10_000;
const shortestMs = 50;
/** What is written beyond a home's limit before whoever writes is ended: a warning was shown long before. */
const quotaTolerance = 1.1;
/** Beyond this a home opens in no lab: whoever begins anew after each end, or writes by the lab's own server, would fill the disk. */
export const homeTolerance = 1.5;

/** Looks at a lab every ten seconds: what it uses, whether anybody works in it, whether its home has room. */
export function watchLab(watch: WatchLab): { look(): void; stop(): void } {
  const { log } = watch.services;
  const stopped = new AbortController();
  let bell = Promise.withResolvers<void>();
  const memory = { kills: 0, homeBytes: 0 };

  const go = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const nextLookMs = await look(watch, memory).catch((error: unknown) => {
        log.debug({ err: error, labId: watch.row.id }, "a lab could not be looked at; it is tried again");
        return everyMs;
      });
      const waitMs = Math.max(shortestMs, Math.min(everyMs, nextLookMs));
      await Promise.race([sleep(waitMs, undefined, { signal: stopped.signal, ref: false }), bell.promise]).catch(() => {});
      bell = Promise.withResolvers<void>();
    }
  };
  void go();
  return { look: () => bell.resolve(), stop: () => stopped.abort() };
}

/** Answers when the next look is due. */
async function look({ services, lab, home, groups, row, readyAt, change, end }: WatchLab, seen: { kills: number; homeBytes: number }): Promise<number> {
  const { config, store, now } = services;
  const memberships = groups.length === 0 ? [] : await store.groupsOf(row.userId);
  const lost = lostGroups(
    groups,
    memberships.map(({ group, role }) => ({ id: group.id, role })),
  );
  if (lost.length > 0) {
    // A folder could be taken out of a running lab, but not out of a program that holds a file of it open.
    end({ why: "access", error: `You may no longer work in the folder of ${lost.join(", ")}, so the lab was ended. Your own files are as they were saved.` });
    return everyMs;
  }
  const [used, activity, current] = await Promise.all([lab.usage(), readActivity(lab, labBasePath(config, row.label), now()), store.findLab(row.id)]);
  const usage = { memoryBytes: used.memoryBytes, limitBytes: config.labs.memoryBytes, cpuSeconds: used.cpuSeconds, cpus: config.labs.cpus };
  const { usedBytes, limitBytes } = await services.homes.usage(home);
  if (usedBytes > limitBytes * homeTolerance) {
    end({ why: "disk", error: null });
    return everyMs;
  }
  const warning = (await memoryWarning(services, lab, seen)) ?? (await diskWarning({ usedBytes, limitBytes }, lab, seen));
  const told: LabChange = { usage, ...(warning === null ? {} : { error: warning }) };
  if (activity === null) {
    await change(told);
    return everyMs;
  }
  const at = now();
  const activeAt = activity.busy === null ? latest(activity.lastAt, readyAt, current?.keptAt ?? null) : at;
  const times = { idleMs: config.labs.idleMinutes * 60_000, countdownMs: config.labs.countdownMinutes * 60_000 };
  const verdict = judgeIdle(activeAt, activity.busy !== null, at, times);
  if (verdict.stop) end({ why: "idle", error: null });
  else await change({ ...told, busy: activity.busy, activeAt, stopsAt: verdict.stopsAt });
  return verdict.nextLookMs;
}

async function memoryWarning({ config }: Services, lab: Lab, seen: { kills: number }): Promise<string | null> {
  const kills = await lab.memoryKills();
  if (kills <= seen.kills) return null;
  seen.kills = kills;
  const gigabytes = (config.labs.memoryBytes / 1024 ** 3).toFixed(1);
  return `Something in this lab needed more than the ${gigabytes} GB of memory that a lab may have, and was ended. Your files are as they were saved; read large data in parts, or free what you no longer need, before you run it again.`;
}

/** Ends what writes when the home is well beyond its limit, and again only when it has grown since. */
async function diskWarning(
  { usedBytes, limitBytes }: { usedBytes: number; limitBytes: number },
  lab: Lab,
  seen: { homeBytes: number },
): Promise<string | null> {
  if (usedBytes <= limitBytes * quotaTolerance) {
    seen.homeBytes = 0;
    return null;
  }
  if (usedBytes <= seen.homeBytes * 1.01) return null;
  seen.homeBytes = usedBytes;
  await lab.stopWriters();
  return "Your home holds more than it may. What was running here was ended, so that nothing more is written; remove what you no longer need.";
}

function latest(...times: readonly (Date | null)[]): Date {
  return new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)));
}
