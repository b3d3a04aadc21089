import { type FileHandle, link, lstat, rename, unlink } from "node:fs/promises";
import { randomText } from "#server/ids.ts";
import type { FileStamp, Home, HomeEntry } from "#server/ports/homes.ts";
import { entryOf, findEntryOrNull } from "./home-entries.ts";
import { stop } from "./home-failures.ts";
import { giveTo, inFolders, inOwnFolder, isThere, splitPath } from "./home-folders.ts";
import type { UsageCounter } from "./home-usage.ts";
import { codeOf, ignoring, inside, newFileFlags, openInside } from "./safe-open.ts";

export type WriteOptions = {
  readonly ifStamp?: FileStamp | null;
  readonly limitBytes?: number;
  readonly executable?: boolean;
  readonly beyondQuota?: boolean;
};
type Content = Uint8Array | ReadableStream<Uint8Array>;
export type InHome = { readonly home: Home; readonly root: FileHandle; readonly counter: UsageCounter };

/** Writes beside, on the same file system, and puts it in place by one rename: whoever reads sees the old file or the new one. */
export async function writeFileInHome({ home, root, counter }: InHome, path: string, content: Content, options: WriteOptions): Promise<HomeEntry> {
  const { folders, name } = splitPath(path);
  const make = { uid: home.uid };
  // Refused before a byte is read: what would be refused at the end as well.
  const before = await inFolders(root, folders, (folder) => lstat(inside(folder, name), { bigint: true })).catch(ignoring("ENOENT"));
  const replaced = before ? entryOf(path, before) : null;
  const wasExecutable = before?.isFile() === true && (before.mode & 0o100n) !== 0n;
  refuseFolder(replaced);
  refuseOther(replaced, options.ifStamp);
  const limits = await limitsOf({ home, root, counter }, replaced, content, options);
  return inOwnFolder(root, home.uid, "tmp", async (tmp) => {
    const fresh = randomText(26);
    const file = await openInside(tmp, fresh, newFileFlags);
    try {
      const bytes = await pour(content, file, limits);
      await finishFile(file, home.uid, options.executable ?? wasExecutable);
      return await inFolders(
        root,
        folders,
        async (folder) => {
          await putInPlace(tmp, fresh, folder, name, options.ifStamp);
          counter.add(home.username, bytes - (replaced?.bytes ?? 0));
          return entryOf(path, await file.stat({ bigint: true }));
        },
        make,
      );
    } finally {
      await file.close();
      await unlink(inside(tmp, fresh)).catch(ignoring("ENOENT"));
    }
  });
}

/** Owner, mode and the disk itself, before the file gets its name. */
export async function finishFile(file: FileHandle, uid: number | null, executable: boolean): Promise<void> {
  await file.chmod(executable ? 0o700 : 0o600);
  await giveTo(file, uid);
  await file.sync();
}

/** `ifStamp` null: by a second name, which never replaces. Else as close before the rename as the system allows. */
export async function putInPlace(from: FileHandle, fresh: string, folder: FileHandle, name: string, ifStamp: FileStamp | null | undefined): Promise<void> {
  if (ifStamp === null) {
    await moveBeside(from, fresh, folder, name);
  } else {
    const there = await findEntryOrNull(folder, name, name);
    refuseFolder(there);
    refuseOther(there, ifStamp);
    await rename(inside(from, fresh), inside(folder, name));
  }
  await folder.sync().catch(ignoring("EINVAL"));
}

/** Moves a file to a name that nothing has; EEXIST where something has it. */
export async function moveBeside(from: FileHandle, name: string, to: FileHandle, newName: string): Promise<void> {
  try {
    await link(inside(from, name), inside(to, newName));
  } catch (error) {
    // File systems without second names.
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "ENOSYS"].includes(codeOf(error) ?? "")) throw error;
    if (await isThere(to, newName)) throw stop("conflict", "There is something of that name already.");
    return rename(inside(from, name), inside(to, newName));
  }
  await unlink(inside(from, name));
}

function refuseFolder(there: HomeEntry | null): void {
  if (there?.kind === "folder") throw stop("conflict", "There is a folder of that name.");
}

export function refuseOther(there: HomeEntry | null, ifStamp: FileStamp | null | undefined): void {
  if (ifStamp === undefined) return;
  if (ifStamp === null && there) throw stop("conflict", "There is a file of that name already.");
  if (ifStamp !== null && there?.stamp !== ifStamp)
    throw stop("conflict", there ? "This file was changed meanwhile. Nothing was written over it." : "This file is no longer there. Nothing was written.");
}

type Limits = { readonly limitBytes: number; readonly roomBytes: number };

export async function limitsOf({ home, root, counter }: InHome, replaced: HomeEntry | null, content: Content, options: WriteOptions): Promise<Limits> {
  const limitBytes = options.limitBytes ?? Number.POSITIVE_INFINITY;
  const known = content instanceof Uint8Array ? content.byteLength : 0;
  const freed = replaced?.kind === "file" ? replaced.bytes : 0;
  const room = await counter.roomFor(home.username, root, Math.max(0, known - freed), options.beyondQuota);
  // What does not grow is always taken: people at their limit can still mend a file.
  return { limitBytes, roomBytes: Math.max(freed, freed + room) };
}

export async function pour(content: Content, file: FileHandle, limits: Limits): Promise<number> {
  let bytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    refuseSize(bytes + chunk.byteLength, limits);
    await writeWhole(file, chunk, bytes);
    bytes += chunk.byteLength;
  }
  return bytes;
}

export async function writeWhole(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, position + done);
    done += bytesWritten;
  }
}

function refuseSize(bytes: number, { limitBytes, roomBytes }: Limits): void {
  if (bytes > limitBytes) throw stop("too_large", `This file is too large: at most ${megabytes(limitBytes)}.`);
  if (bytes > roomBytes) throw quotaFull();
}

export function quotaFull() {
  return stop("too_large", "Your home has no room left for this. Nothing was changed. Delete something and empty the trash, then try again.");
}

function megabytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.floor(bytes / 1024)} KB` : `${Math.floor(bytes / 1024 / 1024)} MB`;
}
