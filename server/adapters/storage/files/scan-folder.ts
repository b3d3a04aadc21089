import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, lstatSync, opendirSync, openSync, readlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { BlobId } from "#lib/domain/ids.ts";
import { isLeftOutName } from "#lib/project/left-out.ts";
import type { FileStamp, ScannedFile } from "#server/ports/homes.ts";
import { stampOf } from "./home-entries.ts";
import { stop } from "./home-failures.ts";
import { openFolders } from "./home-folders.ts";
import { codeOf, folderFlags, inside, isUsableName, readFlags } from "./safe-open.ts";
import { isSettled, type KnownBlobs } from "./scan-cache.ts";

const maxDepth = 128;
const maxFiles = 200_000;
const maxPathBytes = 3000;
/** Looking at names goes on without a pause for so long at most, then others have their turn. */
const sliceMs = 5;
const readersAtOnce = 4;
const pieceBytes = 256 * 1024;

type Found = { readonly path: string; readonly stat: BigIntStats };
export type Scanned = { readonly files: readonly ScannedFile[]; readonly known: KnownBlobs; readonly isNew: boolean };

/** Every file below an open folder with its git id; `known` gives the ids of files that did not change since. */
export async function scanFolder(root: FileHandle, known: KnownBlobs): Promise<Scanned> {
  const files: ScannedFile[] = [];
  const kept = new Map<string, BlobId>();
  const unread: Found[] = [];
  let count = 0;
  await walkSlowly(root, (path, stat, place) => {
    if (!stat.isFile() && !stat.isSymbolicLink()) return;
    if (++count > maxFiles) throw stop("too_large", `This folder holds more than ${maxFiles.toLocaleString("en")} files.`);
    const stamp = stampOf(stat);
    const blob = known.get(stamp) ?? (stat.isSymbolicLink() ? blobIdOf(readlinkSync(place, { encoding: "buffer" })) : undefined);
    if (blob === undefined) {
      unread.push({ path, stat });
      return;
    }
    files.push(scanned(path, stat, blob, stamp));
    if (stat.isFile()) kept.set(stamp, blob);
  });
  await readAll(root, unread, files, kept);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, known: kept, isNew: kept.size !== known.size || [...kept.keys()].some((stamp) => !known.has(stamp)) };
}

function scanned(path: string, stat: BigIntStats, blob: BlobId, stamp: FileStamp): ScannedFile {
  const kind = stat.isSymbolicLink() ? "link" : (stat.mode & 0o100n) === 0n ? "file" : "executable";
  return { path, kind, bytes: Number(stat.size), modifiedAt: new Date(Number(stat.mtimeNs / 1_000_000n)), blob, stamp };
}

/** Visits all below a folder, by descriptors; what comes and goes meanwhile is passed over. Pauses every few milliseconds. */
async function walkSlowly(root: FileHandle, visit: (path: string, stat: BigIntStats, place: string) => void): Promise<void> {
  const open: { readonly fd: number; readonly prefix: string; readonly names: string[] }[] = [];
  const enter = (place: string, prefix: string): void => {
    const fd = openSync(place, folderFlags);
    try {
      open.push({ fd, prefix, names: namesIn(fd) });
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  };
  let since = performance.now();
  try {
    enter(`/proc/self/fd/${root.fd}/.`, "");
    for (let at = open.at(-1); at; at = open.at(-1)) {
      if (performance.now() - since > sliceMs) {
        await nextTurn();
        since = performance.now();
      }
      const name = at.names.pop();
      if (name === undefined) {
        closeSync(at.fd);
        open.pop();
        continue;
      }
      const [place, path] = [`/proc/self/fd/${at.fd}/${name}`, at.prefix + name];
      passOver(() => {
        const stat = lstatSync(place, { bigint: true });
        if (!stat.isDirectory()) return visit(path, stat, place);
        if (open.length >= maxDepth || path.length > maxPathBytes) throw stop("too_large", `Folders are nested too deeply here: ${path.slice(0, 80)}…`);
        enter(place, `${path}/`);
      });
    }
  } finally {
    for (const { fd } of open) closeSync(fd);
  }
}

/** Removed or swapped since its name was read: then it was not there. */
function passOver(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "ELOOP", "EINVAL"].includes(codeOf(error) ?? "")) throw error;
  }
}

function namesIn(fd: number): string[] {
  const names: string[] = [];
  const folder = opendirSync(`/proc/self/fd/${fd}/.`, { bufferSize: 512 });
  try {
    for (let found = folder.readSync(); found; found = folder.readSync()) {
      if (!isUsableName(found.name) || isLeftOutName(found.name)) continue;
      if (names.length >= maxFiles) throw stop("too_large", `A folder here holds more than ${maxFiles.toLocaleString("en")} entries.`);
      names.push(found.name);
    }
  } finally {
    folder.closeSync();
  }
  return names;
}

/** Reads the files whose ids are not known, some at once. */
async function readAll(root: FileHandle, unread: Found[], files: ScannedFile[], kept: Map<string, BlobId>): Promise<void> {
  const read = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    const opener = openerIn(root);
    try {
      for (let next = unread.pop(); next; next = unread.pop()) {
        const hashed = await hashFile(await opener.open(next.path), next.path, buffer);
        if (!hashed) continue;
        const stamp = stampOf(hashed.stat);
        files.push(scanned(next.path, hashed.stat, hashed.blob, stamp));
        if (hashed.settled) kept.set(stamp, hashed.blob);
      }
    } finally {
      await opener.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(readersAtOnce, unread.length) }, read));
}

type Hashed = { readonly blob: BlobId; readonly stat: BigIntStats; readonly settled: boolean };
/** How often a file is read again that is being written. */
const patience = 3;

/** Null where it has gone, is no file any more, or may not be read. */
async function hashFile(file: FileHandle | null, path: string, buffer: Buffer): Promise<Hashed | null> {
  if (!file) return null;
  try {
    for (let times = 1; ; times++) {
      const startedAt = Date.now();
      const before = await file.stat({ bigint: true });
      if (!before.isFile()) return null;
      const blob = await hashBytes(file, Number(before.size), buffer);
      const after = await file.stat({ bigint: true });
      const isSame = blob !== null && stampOf(after) === stampOf(before);
      if (isSame || (blob !== null && times === patience)) return { blob, stat: after, settled: isSame && isSettled(after, startedAt) };
      if (times === patience) throw stop("unavailable", `A program is writing to ${path} all the time. Try again when it is done.`);
    }
  } finally {
    await file.close();
  }
}

/** Null where the file ended before its size. */
async function hashBytes(file: FileHandle, bytes: number, buffer: Buffer): Promise<BlobId | null> {
  const hash = createHash("sha1").update(`blob ${bytes}\0`);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0) return null;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest("hex") as BlobId;
}

export function blobIdOf(content: Uint8Array): BlobId {
  return createHash("sha1").update(`blob ${content.byteLength}\0`).update(content).digest("hex") as BlobId;
}

/** Opens one file after the other; the folder of the last stays open, since the next is mostly beside it. */
function openerIn(root: FileHandle): { open(path: string): Promise<FileHandle | null>; close(): Promise<void> } {
  let last: { readonly folder: string; readonly handle: FileHandle } | null = null;
  const close = async (): Promise<void> => {
    await last?.handle.close();
    last = null;
  };
  const enter = async (folder: string): Promise<FileHandle> => {
    if (last?.folder === folder) return last.handle;
    await close();
    last = { folder, handle: await openFolders(root, folder === "" ? [] : folder.split("/")) };
    return last.handle;
  };
  return {
    close,
    async open(path) {
      const slash = path.lastIndexOf("/");
      try {
        return await open(inside(await enter(path.slice(0, Math.max(0, slash))), path.slice(slash + 1)), readFlags);
      } catch (error) {
        return passOverUnlessThere(path, error);
      }
    },
  };
}

/** Left out it would look removed: what is there and cannot be read has to be said. */
function passOverUnlessThere(path: string, error: unknown): null {
  const code = codeOf(error) ?? "";
  if (code === "EACCES") throw stop("forbidden", `The permissions of ${path} forbid reading it.`);
  if (code === "EAGAIN") throw stop("unavailable", `A program holds ${path} locked. Try again when it is done.`);
  if (["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"].includes(code)) return null;
  throw error;
}
