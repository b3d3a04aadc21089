import { constants } from "node:fs";
import { type FileHandle, readdir } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Home, Homes, OpenHomeFile } from "#server/ports/homes.ts";
import { ensureGroupFolder } from "./group-folder.ts";
import { entryOf, findEntry, listEntries } from "./home-entries.ts";
import { attempt, stop } from "./home-failures.ts";
import { ensureHome, inFolders, namesOf, splitPath, withHome } from "./home-folders.ts";
import { emptyTrashed, listTrashed, makeFolderInHome, moveInHome, restoreEntry, trashEntry } from "./home-trash.ts";
import { abandonUpload, appendUpload, beginUpload, findUpload, finishUpload, type Pieces, sweepOwnFolders } from "./home-uploads.ts";
import { createUsageCounter } from "./home-usage.ts";
import { type InHome, refuseOther, writeFileInHome } from "./home-write.ts";
import { writeManyInHome } from "./home-write-many.ts";
import { removeTree } from "./remove-tree.ts";
import { homeFolder, isHomeName } from "./run-places.ts";
import { ignoring, openInside } from "./safe-open.ts";
import { createScanCache } from "./scan-cache.ts";
import { scanFolder } from "./scan-folder.ts";
import { setExecutable } from "./set-executable.ts";

/** Room for the ids of some hundred thousand files. */
const scanMemoryBytes = 64 * 1024 * 1024;

/** Homes as folders below the data folder. */
export function createFileHomes(options: { readonly dataFolder: string; readonly homeBytes: number }): Homes {
  const { dataFolder, homeBytes } = options;
  const counter = createUsageCounter(homeBytes);
  const scans = createScanCache(path.join(dataFolder, "scans"), scanMemoryBytes);
  const pieces: Pieces = new Map();
  const at = <T>(home: Home, use: (here: InHome) => Promise<T>): Promise<T> => withHome(dataFolder, home, (root) => use({ home, root, counter }));
  const tried = <T>(home: Home, use: (here: InHome) => Promise<T>): Promise<Result<T>> => attempt(() => at(home, use));

  return {
    ensure: (home) => ensureHome(dataFolder, home),
    ensureGroupFolder: (group) => ensureGroupFolder(dataFolder, group),
    folderOf: (home) => homeFolder(dataFolder, home.username),
    async usernames() {
      const names = await readdir(path.join(dataFolder, "homes")).catch(ignoring("ENOENT"));
      return (names ?? []).filter(isHomeName);
    },

    async list(home, folder, page = {}) {
      const listed = await tried(home, ({ root }) => inFolders(root, namesOf(folder), (open) => listEntries(open, folder, page)));
      return listed.ok ? listed.value : listed;
    },
    find: (home, relative) =>
      tried(home, async ({ root }) => {
        if (relative === "") return entryOf("", await root.stat({ bigint: true }));
        const { folders, name } = splitPath(relative);
        return inFolders(root, folders, (folder) => findEntry(folder, name, relative));
      }),
    async open(home, relative, range) {
      const opened = await tried(home, ({ root }) => {
        const { folders, name } = splitPath(relative);
        return inFolders(root, folders, async (folder) => openFile(await openInside(folder, name, constants.O_RDONLY), home, relative, range));
      });
      return opened.ok ? opened.value : opened;
    },
    write: (home, relative, content, writing = {}) => tried(home, (here) => writeFileInHome(here, relative, content, writing)),
    writeMany: (home, files, writing = {}) => tried(home, (here) => writeManyInHome(here, files, writing)),
    setExecutable: (home, relative, executable, { ifStamp }) =>
      tried(home, async ({ root }) => {
        const { folders, name } = splitPath(relative);
        return inFolders(root, folders, (folder) => setExecutable({ folder, home, relative, ifStamp }, name, executable));
      }),
    makeFolder: (home, relative) => tried(home, (here) => makeFolderInHome(here, relative)),
    move: (home, from, to) => tried(home, (here) => moveInHome(here, from, to)),
    remove: (home, relative, removing = {}) =>
      tried(home, async ({ root }) => {
        const { folders, name } = splitPath(relative);
        await inFolders(root, folders, async (folder) => {
          const found = await findEntry(folder, name, relative);
          refuseOther(found, removing.ifStamp);
          await removeTree(folder, name);
          if (found.kind === "folder") counter.forget(home.username);
          else counter.add(home.username, -found.bytes);
        });
      }),

    trash: (home, relative) => tried(home, (here) => trashEntry(here, relative, new Date())),
    async listTrash(home) {
      // Where the person put something else in the place of the trash, nothing lies in it.
      const listed = await tried(home, listTrashed);
      return listed.ok ? listed.value : [];
    },
    restore: (home, trashId) => tried(home, (here) => restoreEntry(here, trashId)),
    async emptyTrash(home, which) {
      await at(home, (here) => emptyTrashed(here, which));
      counter.forget(home.username);
    },

    usage: (home, asked = {}) => at(home, ({ root }) => counter.usage(home.username, root, asked.fresh)),
    beginUpload: (home, relative, totalBytes) => tried(home, (here) => beginUpload(here, relative, totalBytes)),
    findUpload: (home, uploadId) => tried(home, (here) => findUpload(here, uploadId)),
    appendUpload: (home, uploadId, offset, content) => tried(home, (here) => appendUpload(here, pieces, uploadId, offset, content)),
    finishUpload: (home, uploadId) => tried(home, (here) => finishUpload(here, uploadId, new Date())),
    abandonUpload: (home, uploadId) => at(home, (here) => abandonUpload(here, uploadId)),
    async sweep(home, before) {
      await at(home, (here) => sweepOwnFolders(here, before));
      await scans.sweep(home.username, before);
    },

    scan: (home, folder) =>
      tried(home, async ({ root }) => {
        const scanned = await inFolders(root, namesOf(folder), async (open) => scanFolder(open, await scans.load(home.username, folder)));
        if (scanned.isNew) await scans.keep(home.username, folder, scanned.known);
        return scanned.files;
      }),
  };
}

/** Takes the handle: closes it, or gives it to the stream. */
async function openFile(file: FileHandle, home: Home, relative: string, range?: { start: number; end: number }): Promise<Result<OpenHomeFile>> {
  try {
    const stat = await file.stat({ bigint: true });
    if (stat.isDirectory()) throw stop("conflict", "This is a folder.");
    if (!stat.isFile()) throw stop("not_found", "This is no ordinary file.");
    // A second name for somebody else's file, which the server could read and the person could not.
    if (home.uid !== null && stat.nlink > 1n && Number(stat.uid) !== home.uid) throw stop("forbidden", "This file belongs to somebody else.");
    const totalBytes = Number(stat.size);
    const [start, end] = [range?.start ?? 0, Math.min(range?.end ?? totalBytes, totalBytes)];
    if (start < 0 || start > end) {
      await file.close();
      return fail("invalid", "This range is not in the file.");
    }
    const entry = entryOf(relative, stat);
    if (start === end) {
      await file.close();
      return ok({ entry, totalBytes, stream: new Blob([]).stream() });
    }
    // Ends at the size that is announced, even where the file grows meanwhile.
    const stream = file.createReadStream({ start, end: end - 1, highWaterMark: 256 * 1024 });
    return ok({ entry, totalBytes, stream: Readable.toWeb(stream) as ReadableStream<Uint8Array> });
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}
