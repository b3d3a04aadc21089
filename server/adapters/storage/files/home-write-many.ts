import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, unlink } from "node:fs/promises";
import { randomText } from "#server/ids.ts";
import type { NewHomeFile, WriteManyOptions } from "#server/ports/homes.ts";
import { attempt, HomeFailure } from "./home-failures.ts";
import { inOwnFolder, openFolders, splitPath } from "./home-folders.ts";
import { type InHome, limitsOf, moveBeside, pour } from "./home-write.ts";
import { ignoring, inside, newFileFlags, openInside } from "./safe-open.ts";

/** What is written before it is brought to the disk at once and gets its names. */
const batch = { files: 4000, bytes: 256 * 1024 * 1024 };
/** Files on their way at once. */
const lanes = 6;

type Staging = WriteManyOptions & { readonly written: () => void };
type Staged = { readonly path: string; readonly fresh: string };

/**
 * Bringing each of thousands of files to the disk by itself takes most of the time that they take. Here they are written
 * beside, brought there by one call for all, and named then: a name never leads to half a file, also after a power cut.
 */
export async function writeManyInHome(here: InHome, files: readonly NewHomeFile[], options: WriteManyOptions): Promise<readonly string[]> {
  const taken: string[] = [];
  const queue = files.toReversed();
  let done = 0;
  const written = (): void => options.onProgress?.(++done);
  await inOwnFolder(here.root, here.home.uid, "tmp", async (tmp) => {
    while (queue.length > 0) {
      const staged: Staged[] = [];
      try {
        await stage(here, tmp, queue, staged, { ...options, written });
        await syncFileSystem(tmp);
        taken.push(...(await place(here, tmp, staged)));
      } finally {
        for (const { fresh } of staged) await unlink(inside(tmp, fresh)).catch(ignoring("ENOENT"));
      }
    }
    await syncFileSystem(tmp);
  });
  return taken;
}

/** Takes from the end of the queue what one batch holds. */
async function stage(here: InHome, tmp: FileHandle, queue: NewHomeFile[], staged: Staged[], options: Staging): Promise<void> {
  let room = batch.bytes;
  const lane = async (): Promise<void> => {
    while (staged.length < batch.files && room > 0) {
      const next = queue.pop();
      if (!next) return;
      options.signal?.throwIfAborted();
      const fresh = randomText(26);
      staged.push({ path: next.path, fresh });
      room -= await stageOne(here, tmp, fresh, next, options);
      options.written();
    }
  };
  await together(lane);
}

async function stageOne(here: InHome, tmp: FileHandle, fresh: string, { open, executable }: NewHomeFile, options: WriteManyOptions): Promise<number> {
  const content = await open();
  const limits = await limitsOf(here, null, content, options.beyondQuota === undefined ? {} : { beyondQuota: options.beyondQuota });
  const file = await openInside(tmp, fresh, newFileFlags);
  try {
    const bytes = await pour(content, file, limits);
    await file.chmod(executable ? 0o700 : 0o600);
    if (here.home.uid !== null) await file.chown(here.home.uid, here.home.uid);
    here.counter.add(here.home.username, bytes);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Answers the paths where something is already. */
async function place(here: InHome, tmp: FileHandle, staged: readonly Staged[]): Promise<string[]> {
  const taken: string[] = [];
  // Neighbours after one another: the folder of the last stays open.
  const queue = staged.toSorted((a, b) => (a.path < b.path ? 1 : -1));
  let last: { readonly name: string; readonly folder: FileHandle } | null = null;
  try {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const { path, fresh } = next;
      const { folders, name } = splitPath(path);
      const folderName = folders.join("/");
      const put = await attempt(async () => {
        if (last?.name !== folderName) {
          await last?.folder.close();
          last = null;
          last = { name: folderName, folder: await openFolders(here.root, folders, { uid: here.home.uid }) };
        }
        await moveBeside(tmp, fresh, last.folder, name);
      });
      if (put.ok) continue;
      if (put.failure.code !== "conflict" && put.failure.code !== "not_found") throw new HomeFailure(put.failure);
      taken.push(path);
    }
  } finally {
    await (last as { folder: FileHandle } | null)?.folder.close();
  }
  return taken;
}

/** The first problem ends the others, and is told when they have ended. */
async function together(lane: () => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}

/** All that was written to the file system of a folder, as syncfs(2) does. */
async function syncFileSystem(folder: FileHandle): Promise<void> {
  const child = spawn("sync", ["--file-system", "/proc/self/fd/3/."], {
    stdio: ["ignore", "ignore", "ignore", folder.fd],
    env: { NODE_ENV: "production", LC_ALL: "C", PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`sync ended with ${code}`);
}
