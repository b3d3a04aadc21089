import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import type { BlobId } from "#lib/domain/ids.ts";
import { randomText } from "#server/ids.ts";

/** Stamp of a file → the git id of what was read under it. */
export type KnownBlobs = ReadonlyMap<string, BlobId>;

/** About what one entry takes. */
const entryBytes = 250;
/** Clocks of file times tick more coarsely than the processor's. */
const tickMs = 50;
const coarseTickMs = 2000;

/**
 * Whether a later change would have to show in the file's times: not where it was changed in the very tick in which it was
 * read, as git knows it. The change time counts, which nobody can set.
 */
export function isSettled(stat: BigIntStats, readAt: number): boolean {
  const isCoarse = stat.ctimeNs % 1_000_000_000n === 0n;
  return Number(stat.ctimeNs / 1_000_000n) < readAt - (isCoarse ? coarseTickMs : tickMs);
}

/** Ids of files that did not change, in memory within a budget and on disk; outside of homes, where nobody else may write. */
export function createScanCache(folder: string, budgetBytes: number) {
  const inMemory = new Map<string, KnownBlobs>();
  let held = 0;
  const folderOf = (username: string): string => path.join(folder, username);
  const fileOf = (username: string, key: string): string => path.join(folderOf(username), createHash("sha256").update(key).digest("hex"));
  const hold = (key: string, known: KnownBlobs): void => {
    held -= (inMemory.get(key)?.size ?? 0) * entryBytes;
    // The last used stand at the end.
    inMemory.delete(key);
    inMemory.set(key, known);
    held += known.size * entryBytes;
    for (const [oldest, entries] of inMemory) {
      if (held <= budgetBytes || oldest === key) break;
      inMemory.delete(oldest);
      held -= entries.size * entryBytes;
    }
  };
  return {
    async load(username: string, at: string): Promise<KnownBlobs> {
      const key = `${username}/${at}`;
      const known = inMemory.get(key) ?? (await readKnown(fileOf(username, at)));
      hold(key, known);
      return known;
    },
    async keep(username: string, at: string, known: KnownBlobs): Promise<void> {
      hold(`${username}/${at}`, known);
      await writeKnown(folderOf(username), fileOf(username, at), known);
    },
    /** What was not used for long: its files are read again if they are asked for once more. */
    async sweep(username: string, before: Date): Promise<void> {
      for (const name of await readdir(folderOf(username)).catch(() => [])) {
        const file = path.join(folderOf(username), name);
        const found = await stat(file).catch(() => null);
        if (found && found.mtime < before) await rm(file, { force: true });
      }
    },
  };
}

const heading = "sheaf scan 1";

async function readKnown(file: string): Promise<KnownBlobs> {
  const text = await readFile(file, "latin1").catch(() => "");
  const now = new Date();
  if (text !== "") await utimes(file, now, now).catch(() => undefined);
  const [first, ...lines] = text.split("\n");
  const known = new Map<string, BlobId>();
  if (first !== heading) return known;
  for (const line of lines) {
    const [blob, stamp] = line.split(" ");
    if (blob?.length === 40 && stamp) known.set(stamp, blob as BlobId);
  }
  return known;
}

/** A cache: where it cannot be written, the files are read again another time. */
async function writeKnown(folder: string, file: string, known: KnownBlobs): Promise<void> {
  const fresh = `${file}.${randomText(8)}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const handle = await open(fresh, "wx", 0o600);
    await handle.writeFile([heading, ...[...known].map(([stamp, blob]) => `${blob} ${stamp}`)].join("\n")).finally(() => handle.close());
    await rename(fresh, file);
  } catch {
    await rm(fresh, { force: true });
  }
}
