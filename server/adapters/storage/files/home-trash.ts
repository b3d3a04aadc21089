import { type FileHandle, lstat, rename } from "node:fs/promises";
import { z } from "zod";
import { randomText } from "#server/ids.ts";
import type { HomeEntry, TrashedEntry } from "#server/ports/homes.ts";
import { entryOf, findEntry, findEntryOrNull, readNames } from "./home-entries.ts";
import { stop } from "./home-failures.ts";
import { inFolders, inOwnFolder, isThere, namesOf, splitPath } from "./home-folders.ts";
import { countBytes } from "./home-usage.ts";
import { type InHome, moveBeside } from "./home-write.ts";
import { readRecord, writeRecord } from "./own-records.ts";
import { removeTree } from "./remove-tree.ts";
import { codeOf, ignoring, inside, isUsableName, openFolderInside } from "./safe-open.ts";

const idPattern = /^[0-9a-z]{26}$/;
/** Beyond this somebody's program plays with the folder. */
const maxNameTries = 1000;

/** Written by us into the person's own folder: looked at again before it is believed. */
const recordSchema = z.object({
  path: z.string().max(4096),
  kind: z.enum(["file", "folder", "link", "other"]),
  bytes: z.number().min(0),
  trashedAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** One rename into the trash, with a record of where it was written before: without its record nothing lies there. */
export async function trashEntry({ home, root }: InHome, path: string, now: Date): Promise<TrashedEntry> {
  const { folders, name } = splitPath(path);
  return inFolders(root, folders, (folder) =>
    inOwnFolder(root, home.uid, "trash", async (trash) => {
      const found = await findEntry(folder, name, path);
      const id = randomText(26);
      const bytes = found.kind === "folder" ? await sizeOf(folder, name) : found.bytes;
      await writeRecord(trash, id, home.uid, { path, kind: found.kind, bytes, trashedAt: now.toISOString() });
      await rename(inside(folder, name), inside(trash, id)).catch(async (error: unknown) => {
        await removeTree(trash, `${id}.json`);
        throw error;
      });
      return { id, path, kind: found.kind, bytes, trashedAt: now };
    }),
  );
}

async function sizeOf(folder: FileHandle, name: string): Promise<number> {
  const child = await openFolderInside(folder, name);
  return countBytes(child).finally(() => child.close());
}

export async function listTrashed({ home, root }: InHome): Promise<TrashedEntry[]> {
  return inOwnFolder(root, home.uid, "trash", async (trash) => {
    const names = await readNames(trash, (name) => idPattern.test(name));
    const found = await Promise.all(names.map(({ name }) => readTrashed(trash, name)));
    return found.filter((one) => one !== null).sort((a, b) => b.trashedAt.getTime() - a.trashedAt.getTime() || (a.id < b.id ? -1 : 1));
  });
}

async function readTrashed(trash: FileHandle, id: string): Promise<TrashedEntry | null> {
  const record = await readRecord(trash, id, recordSchema);
  return record?.path.split("/").every(isUsableName) && (await isThere(trash, id)) ? { id, ...record } : null;
}

export async function restoreEntry({ home, root }: InHome, id: string): Promise<HomeEntry> {
  if (!idPattern.test(id)) throw stop("not_found", "This is no longer in the trash.");
  return inOwnFolder(root, home.uid, "trash", async (trash) => {
    const found = await readTrashed(trash, id);
    if (!found) throw stop("not_found", "This is no longer in the trash.");
    const { folders, name } = splitPath(found.path);
    const restored = await inFolders(root, folders, (folder) => putBack(trash, id, folder, folders, name), { uid: home.uid });
    await removeTree(trash, `${id}.json`);
    return restored;
  });
}

/** "data.csv", "data (2).csv", "data (3).csv"… : the first that is free. */
async function putBack(trash: FileHandle, id: string, folder: FileHandle, folders: readonly string[], name: string): Promise<HomeEntry> {
  const isFolder = (await lstat(inside(trash, id))).isDirectory();
  for (let number = 1; number < maxNameTries; number++) {
    const tried = number === 1 ? name : besideName(name, number, isFolder);
    if (await isThere(folder, tried)) continue;
    const moved = await moveEntry(trash, id, folder, tried).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) !== "EEXIST" && codeOf(error) !== "ENOTEMPTY") throw error;
        return false;
      },
    );
    if (moved) return findEntry(folder, tried, [...folders, tried].join("/"));
  }
  throw stop("conflict", "There are too many files of that name already.");
}

export function besideName(name: string, number: number, isFolder: boolean): string {
  const dot = isFolder ? -1 : name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return `${stem} (${number})${ending}`;
}

/** To a name that nothing has. A folder is renamed: the system replaces an empty one at most. */
export async function moveEntry(from: FileHandle, name: string, to: FileHandle, newName: string): Promise<void> {
  const stat = await lstat(inside(from, name));
  if (stat.isDirectory()) await rename(inside(from, name), inside(to, newName));
  else await moveBeside(from, name, to, newName);
}

export async function moveInHome({ home, root }: InHome, from: string, to: string): Promise<HomeEntry> {
  const [source, target] = [splitPath(from), splitPath(to)];
  if (from === to) throw stop("conflict", "It has that name already.");
  if (namesOf(to).length > namesOf(from).length && to.startsWith(`${from}/`)) throw stop("invalid", "A folder cannot be moved into itself.");
  return inFolders(root, source.folders, async (folder) => {
    await lstat(inside(folder, source.name));
    return inFolders(
      root,
      target.folders,
      async (into) => {
        if (await isThere(into, target.name)) throw stop("conflict", "There is something of that name already.");
        await moveEntry(folder, source.name, into, target.name);
        return findEntry(into, target.name, to);
      },
      { uid: home.uid },
    );
  });
}

/** The thing goes before its record: a crash leaves a record of nothing, which the next sweep removes. */
export async function emptyTrashed(at: InHome, which: { id: string } | { before: Date }): Promise<void> {
  const { home, root } = at;
  await inOwnFolder(root, home.uid, "trash", async (trash) => {
    const names = (await readNames(trash, isUsableName)).map(({ name }) => name.replace(/\.json$/, ""));
    for (const id of new Set(names)) {
      if ("id" in which ? id !== which.id : !(await isOlder(trash, id, which.before))) continue;
      await removeTree(trash, id);
      await removeTree(trash, `${id}.json`);
    }
  });
}

/** Where the record is missing or tells nothing, the time at which the thing came to lie here. */
async function isOlder(trash: FileHandle, id: string, before: Date): Promise<boolean> {
  const record = await readRecord(trash, id, recordSchema);
  if (record) return record.trashedAt < before;
  const stat = await lstat(inside(trash, id)).catch(ignoring("ENOENT"));
  const own = stat ?? (await lstat(inside(trash, `${id}.json`)).catch(ignoring("ENOENT")));
  return own ? own.ctime < before : false;
}

export async function makeFolderInHome({ home, root }: InHome, path: string): Promise<HomeEntry> {
  const { folders, name } = splitPath(path);
  return inFolders(
    root,
    folders,
    async (folder) => {
      if (await findEntryOrNull(folder, name, path)) throw stop("conflict", "There is something of that name already.");
      return inFolders(folder, [name], async (made) => entryOf(path, await made.stat({ bigint: true })), { uid: home.uid });
    },
    { uid: home.uid },
  );
}
