import { constants } from "node:fs";
import { type FileHandle, lstat } from "node:fs/promises";
import { z } from "zod";
import { randomText } from "#server/ids.ts";
import type { HomeEntry, UploadProgress } from "#server/ports/homes.ts";
import { entryOf, findEntryOrNull, readNames } from "./home-entries.ts";
import { stop } from "./home-failures.ts";
import { giveTo, inFolders, inOwnFolder, splitPath } from "./home-folders.ts";
import { trashEntry } from "./home-trash.ts";
import { finishFile, type InHome, putInPlace, quotaFull, writeWhole } from "./home-write.ts";
import { readRecord, writeRecord } from "./own-records.ts";
import { removeTree } from "./remove-tree.ts";
import { ignoring, inside, isUsableName, newFileFlags, openInside } from "./safe-open.ts";

const idPattern = /^[0-9a-z]{26}$/;
const maxOpen = 100;
/** What a process is killed with may be lost at most, of what was said to have arrived nothing. */
const syncEveryBytes = 64 * 1024 * 1024;

const recordSchema = z.object({ path: z.string().max(4096), totalBytes: z.number().int().min(0) });
type Upload = z.output<typeof recordSchema> & { readonly id: string };

/** The latest piece of an upload, by home and id: one that comes later cuts off what hangs on a dead line. */
export type Pieces = Map<string, { cut(): void; readonly ended: Promise<unknown> }>;

export async function beginUpload({ home, root, counter }: InHome, path: string, totalBytes: number): Promise<UploadProgress> {
  splitPath(path);
  if (!Number.isSafeInteger(totalBytes) || totalBytes < 0) throw stop("invalid", "Say how many bytes there will be.");
  if (totalBytes > (await counter.roomFor(home.username, root, totalBytes))) throw quotaFull();
  return inOwnFolder(root, home.uid, "uploads", async (uploads) => {
    const open = await readNames(uploads, (name) => name.endsWith(".part"));
    if (open.length >= maxOpen) throw stop("too_many", "Many uploads are unfinished. Finish or abandon one first.");
    const uploadId = randomText(26);
    const part = await openInside(uploads, `${uploadId}.part`, newFileFlags);
    try {
      await part.chmod(0o600);
      await giveTo(part, home.uid);
    } finally {
      await part.close();
    }
    await writeRecord(uploads, uploadId, home.uid, { path, totalBytes });
    return { uploadId, path, receivedBytes: 0, totalBytes };
  });
}

export async function findUpload({ home, root }: InHome, uploadId: string): Promise<UploadProgress> {
  return inOwnFolder(root, home.uid, "uploads", async (uploads) => {
    const upload = await readUpload(uploads, uploadId);
    const stat = await lstat(inside(uploads, `${uploadId}.part`)).catch(ignoring("ENOENT"));
    if (!stat?.isFile()) throw gone();
    return progress(upload, stat.size);
  });
}

/** Writes at the place that the piece has, so that a piece that comes twice changes nothing. */
export async function appendUpload(at: InHome, pieces: Pieces, uploadId: string, offset: number, content: ReadableStream<Uint8Array>): Promise<UploadProgress> {
  const key = `${at.home.username}/${uploadId}`;
  const before = pieces.get(key);
  before?.cut();
  const reader = content.getReader();
  const work = (before?.ended ?? Promise.resolve()).then(() => append(at, uploadId, offset, reader));
  const ended = work.catch(() => undefined).finally(() => reader.cancel().catch(() => undefined));
  const mine = { cut: () => void reader.cancel().catch(() => undefined), ended };
  pieces.set(key, mine);
  void ended.then(() => pieces.get(key) === mine && pieces.delete(key));
  return work;
}

async function append(
  { home, root, counter }: InHome,
  uploadId: string,
  offset: number,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<UploadProgress> {
  return inOwnFolder(root, home.uid, "uploads", async (uploads) => {
    const upload = await readUpload(uploads, uploadId);
    const part = await openPart(uploads, uploadId, constants.O_WRONLY);
    try {
      const { size } = await part.stat();
      if (offset !== size) throw stop("conflict", `${size} bytes have arrived so far. Go on from there.`);
      let room = await counter.roomFor(home.username, root, Math.min(upload.totalBytes - size, syncEveryBytes));
      let [end, synced] = [size, size];
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          const chunk = next.value;
          if (end + chunk.byteLength > upload.totalBytes) throw stop("too_large", "More arrived than was announced.");
          if (chunk.byteLength > room) room = await counter.roomFor(home.username, root, chunk.byteLength);
          if (chunk.byteLength > room) throw quotaFull();
          await writeWhole(part, chunk, end);
          end += chunk.byteLength;
          room -= chunk.byteLength;
          counter.add(home.username, chunk.byteLength);
          if (end - synced < syncEveryBytes) continue;
          await part.datasync();
          synced = end;
        }
      } finally {
        // What arrived before a cut stays, and is on the disk before anybody is told of it.
        await part.datasync();
      }
      return progress(upload, end);
    } finally {
      await part.close();
    }
  });
}

/** The file gets its name; what had that name before lies in the trash then. Finishing twice answers the same. */
export async function finishUpload(at: InHome, uploadId: string, now: Date): Promise<HomeEntry> {
  const { home, root } = at;
  return inOwnFolder(root, home.uid, "uploads", async (uploads) => {
    const upload = await readUpload(uploads, uploadId);
    const { folders, name } = splitPath(upload.path);
    const part = await openPart(uploads, uploadId, constants.O_RDONLY).catch(ignoring("ENOENT"));
    if (!part) return finishedBefore(at, upload);
    try {
      const { size } = await part.stat();
      if (size !== upload.totalBytes) throw stop("conflict", `Only ${size} of ${upload.totalBytes} bytes have arrived. Go on from there.`);
      await finishFile(part, home.uid, false);
      return await inFolders(
        root,
        folders,
        async (folder) => {
          const there = await findEntryOrNull(folder, name, upload.path);
          if (there?.kind === "folder") throw stop("conflict", "There is a folder of that name.");
          if (there) await trashEntry(at, upload.path, now);
          await putInPlace(uploads, `${uploadId}.part`, folder, name, null);
          return entryOf(upload.path, await part.stat({ bigint: true }));
        },
        { uid: home.uid },
      );
    } finally {
      await part.close();
    }
  });
}

/** The answer to the first time may have been lost; the record stays until the sweep. */
async function finishedBefore({ root }: InHome, upload: Upload): Promise<HomeEntry> {
  const { folders, name } = splitPath(upload.path);
  const there = await inFolders(root, folders, (folder) => findEntryOrNull(folder, name, upload.path)).catch(ignoring("ENOENT"));
  if (there?.kind !== "file" || there.bytes !== upload.totalBytes) throw gone();
  return there;
}

export async function abandonUpload({ home, root, counter }: InHome, uploadId: string): Promise<void> {
  if (!idPattern.test(uploadId)) return;
  await inOwnFolder(root, home.uid, "uploads", async (uploads) => {
    await removeTree(uploads, `${uploadId}.part`);
    await removeTree(uploads, `${uploadId}.json`);
  });
  counter.forget(home.username);
}

/** Uploads that nobody went on with, and what a crash left half written. */
export async function sweepOwnFolders({ home, root }: InHome, before: Date): Promise<void> {
  for (const own of ["uploads", "tmp"] as const) {
    await inOwnFolder(root, home.uid, own, async (folder) => {
      for (const { name } of await readNames(folder, isUsableName)) {
        const part = name.endsWith(".json") ? await lstat(inside(folder, name.replace(/json$/, "part"))).catch(ignoring("ENOENT")) : undefined;
        const stat = part ?? (await lstat(inside(folder, name)).catch(ignoring("ENOENT")));
        if (stat && stat.ctime < before) await removeTree(folder, name);
      }
    });
  }
}

async function readUpload(uploads: FileHandle, id: string): Promise<Upload> {
  const record = idPattern.test(id) ? await readRecord(uploads, id, recordSchema) : null;
  if (!record) throw gone();
  return { ...record, id };
}

async function openPart(uploads: FileHandle, id: string, flags: number): Promise<FileHandle> {
  const part = await openInside(uploads, `${id}.part`, flags);
  if ((await part.stat()).isFile()) return part;
  await part.close();
  throw gone();
}

function progress(upload: Upload, receivedBytes: number): UploadProgress {
  return { uploadId: upload.id, path: upload.path, receivedBytes, totalBytes: upload.totalBytes };
}

function gone() {
  return stop("not_found", "There is no such upload. It may have been abandoned, or finished.");
}
