import { spawn } from "node:child_process";
import type { FileHandle } from "node:fs/promises";
import type { HomeUsage } from "#server/ports/homes.ts";

const freshMs = 5000;
/** A home that takes long to count is counted more rarely. */
const restFactor = 10;
const countingMs = 120_000;
/** What may go on in a full home still ends somewhere: versions and the trash can be filled without end. */
const beyondFactor = 2;

type Counted = { usedBytes: number; countedAt: number; tookMs: number };

export type UsageCounter = ReturnType<typeof createUsageCounter>;

/** Counts what homes hold, in a process of its own, at most once every few seconds; what we write in between is added up. */
export function createUsageCounter(homeBytes: number) {
  const known = new Map<string, Counted>();
  const counting = new Map<string, Promise<Counted>>();

  const count = async (username: string, root: FileHandle): Promise<Counted> => {
    const begun = performance.now();
    // Where folders move all the time nothing can be counted: what was known stays, and who is at fault gets no more room.
    const usedBytes = (await countPatiently(root)) ?? known.get(username)?.usedBytes ?? homeBytes;
    const counted = { usedBytes, countedAt: Date.now(), tookMs: performance.now() - begun };
    known.set(username, counted);
    return counted;
  };
  const countOnce = (username: string, root: FileHandle): Promise<Counted> => {
    const going = counting.get(username);
    if (going) return going;
    const started = count(username, root).finally(() => counting.delete(username));
    counting.set(username, started);
    return started;
  };
  const isStale = (one: Counted): boolean => Date.now() - one.countedAt > Math.max(freshMs, one.tookMs * restFactor);

  return {
    async usage(username: string, root: FileHandle, fresh = false): Promise<HomeUsage> {
      const last = known.get(username);
      // One that began before the question could not know what was written since: a fresh answer waits for a later one.
      if (fresh) await counting.get(username)?.catch(() => null);
      const counted = last && !fresh && !isStale(last) ? last : await countOnce(username, root);
      return { usedBytes: counted.usedBytes, limitBytes: homeBytes, countedAt: new Date(counted.countedAt) };
    },
    /** What was just written or removed, until the next count. */
    add(username: string, bytes: number): void {
      const last = known.get(username);
      if (last) last.usedBytes = Math.max(0, last.usedBytes + bytes);
    },
    /** Much has changed: the next question counts. */
    forget(username: string): void {
      known.delete(username);
    },
    /** How many bytes may be added now; what the count of some seconds ago would refuse is counted anew first. */
    async roomFor(username: string, root: FileHandle, wanted: number, beyondQuota = false): Promise<number> {
      const limitBytes = beyondQuota ? homeBytes * beyondFactor : homeBytes;
      const first = await this.usage(username, root);
      if (first.usedBytes + wanted <= limitBytes) return limitBytes - first.usedBytes;
      const again = Date.now() - first.countedAt.getTime() > 1000 ? await this.usage(username, root, true) : first;
      return Math.max(0, limitBytes - again.usedBytes);
    },
  };
}

const patience = 3;

async function countPatiently(root: FileHandle): Promise<number | null> {
  for (let times = 0; times < patience; times++) {
    const bytes = await countBytes(root);
    if (bytes !== null) return bytes;
  }
  return null;
}

/**
 * Sizes of all files and folders, a file with several names once, within one file system; null where that failed. `du`
 * follows no link and takes any depth, but gives up on a folder that is moved away under it.
 */
export function countBytes(folder: FileHandle): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn("du", ["--summarize", "--bytes", "--one-file-system", "/proc/self/fd/3/."], {
      stdio: ["ignore", "pipe", "ignore", folder.fd],
      timeout: countingMs,
      env: { NODE_ENV: "production", LC_ALL: "C", PATH: process.env.PATH ?? "/usr/bin:/bin" },
    });
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-200);
    });
    child.once("error", reject);
    child.once("close", () => {
      const counted = /^(\d+)\s/.exec(said)?.[1];
      resolve(counted === undefined ? null : Number(counted));
    });
  });
}
