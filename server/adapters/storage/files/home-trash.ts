import { type FileHandle, lstat, rename } from "node:fs/promises";
import { z } from "zod";
import { randomText } from "#server/ids.ts";
import type { HomeEntry, TrashedEntry } from "#server/ports/homes.ts";
import { entryOf, findEntry, findEntryOrNull, kindOf, readNames } from "./home-entries.ts";
import { stop } from "./home-failures.ts";
import { inFolders, inOwnFolder, isThere, namesOf, splitPath } from "./home-folders.ts";
import { countBytes } from "./home-usage.ts";
import { type InHome, moveBeside } from "./home-write.ts";
import { readRecord, writeRecord } from "./own-records.ts";
import { removeTree } from "./remove-tree.ts";
import { codeOf, ignoring, inside, isUsableName, openFolderInside } from "./safe-open.ts";

const idPattern = /^[0-9a-z]{26}$/;
const namePattern = /^[0-9a-z]{26}( .+)?$/;
/** Beyond this somebody's program plays with the folder. */
const maxNameTries = 1000;

/** Written by us into the person's own folder: looked at again before it is believed. */
const recordSchema = z.object({
  path: z.string().max(4096),
  kind: z.enum(["file", "folder", "link", "other"]),
  bytes: z.number().min(0),
  trashedAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** One rename into the trash, with a record of where it was written before. */
export async function trashEntry({ home, root }: InHome, path: string, now: Date): Promise<TrashedEntry> {
  const { folders, name } = splitPath(path);
  return inFolders(root, folders, (folder) =>
    inOwnFolder(root, home.uid, "trash", async (trash) => {
      const found = await findEntry(folder, name, path);
      const id = randomText(26);
      const bytes = found.kind === "folder" ? await sizeOf(folder, name) : found.bytes;
      const record = { path, kind: found.kind, bytes, trashedAt: now.toISOString() };
      const lying = await writeRecord(trash, id, home.uid, record).then(
        () => id,
        (error: unknown) => {
          if (!["ENOSPC", "EDQUOT"].includes(codeOf(error) ?? "")) throw error;
          return nameWithPath(id, path);
        },
      );
      await rename(inside(folder, name), inside(trash, lying)).catch(async (error: unknown) => {
        await removeTree(trash, `${id}.json`);
        throw error;
      });
      return { id, path, kind: found.kind, bytes, trashedAt: now };
    }),
  );
}

/** On a full disk things must still be deleted: then the name says where they were, which takes no room. */
function nameWithPath(id: string, path: string): string {
  const name = `${id} ${encodeURIComponent(path)}`;
  if (name.length > 255) throw stop("unavailable", "The server's disk is full. Empty the trash, or delete files with a shorter path first.");
  return name;
}

async function sizeOf(folder: FileHandle, name: string): Promise<number> {
  const child = await openFolderInside(folder, name);
  const bytes = await countBytes(child).finally(() => child.close());
  return bytes ?? 0;
}

/** `name` is the name in the trash's folder. */
type Lying = TrashedEntry & { readonly name: string };

export async function listTrashed({ home, root }: InHome): Promise<TrashedEntry[]> {
  return inOwnFolder(root, home.uid, "trash", async (trash) => {
    const lying = await readTrash(trash);
    return lying.sort((a, b) => b.trashedAt.getTime() - a.trashedAt.getTime() || (a.id < b.id ? -1 : 1)).map(({ name: _name, ...entry }) => entry);
  });
}

async function readTrash(trash: FileHandle, id = ""): Promise<Lying[]> {
  const names = await readNames(trash, (name) => namePattern.test(name) && name.startsWith(id));
  const found = await Promise.all(names.map(({ name }) => readLying(trash, name)));
  return found.filter((one) => one !== null).filter((one) => one.path.split("/").every(isUsableName));
}

async function readLying(trash: FileHandle, name: string): Promise<Lying | null> {
  const id = name.slice(0, 26);
  const stat = await lstat(inside(trash, name), { bigint: true }).catch(ignoring("ENOENT"));
  if (!stat) return null;
  if (name === id) {
    const record = await readRecord(trash, id, recordSchema);
    return record && { id, name, ...record };
  }
  const path = decodeSafely(name.slice(27));
  return path === null ? null : { id, name, path, kind: kindOf(stat), bytes: entryOf(path, stat).bytes, trashedAt: stat.ctime };
}

function decodeSafely(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export async function restoreEntry({ home, root }: InHome, id: string): Promise<HomeEntry> {
  if (!idPattern.test(id)) throw stop("not_found", "This is no longer in the trash.");
  return inOwnFolder(root, home.uid, "trash", async (trash) => {
    const [found] = await readTrash(trash, id);
    if (!found) throw stop("not_found", "This is no longer in the trash.");
    const { folders, name } = splitPath(found.path);
    const restored = await inFolders(root, folders, (folder) => putBack(trash, found.name, folder, folders, name), { uid: home.uid });
    await removeTree(trash, `${id}.json`);
    return restored;
  });
}

/** "data.csv", "data (2).csv", "data (3).csv"… : the first that is free. */
async function putBack(trash: FileHandle, lying: string, folder: FileHandle, folders: readonly string[], name: string): Promise<HomeEntry> {
  const isFolder = (await lstat(inside(trash, lying))).isDirectory();
  for (let number = 1; number < maxNameTries; number++) {
    const tried = number === 1 ? name : besideName(name, number, isFolder);
    if (await isThere(folder, tried)) continue;
    const moved = await moveEntry(trash, lying, folder, tried).then(
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

/** The thing goes before its record: a crash leaves a record of nothing, which goes with its time. */
export async function emptyTrashed({ home, root }: InHome, which: { id: string } | { before: Date }): Promise<void> {
  if ("id" in which && !idPattern.test(which.id)) return;
  await inOwnFolder(root, home.uid, "trash", async (trash) => {
    const names = await readNames(trash, (name) => isUsableName(name) && !name.endsWith(".json") && (!("id" in which) || name.startsWith(which.id)));
    for (const { name } of names) {
      if (!("id" in which) && !(await isOlder(trash, name, which.before))) continue;
      await removeTree(trash, name);
      await removeTree(trash, `${name.slice(0, 26)}.json`);
    }
    for (const { name } of await readNames(trash, (one) => one.endsWith(".json"))) {
      const alone = !(await isThere(trash, name.slice(0, -5)));
      const stat = alone ? await lstat(inside(trash, name)).catch(ignoring("ENOENT")) : undefined;
      if (stat && !("id" in which) && stat.ctime < which.before) await removeTree(trash, name);
    }
  });
}

/** Where nothing tells when, the time at which it came to lie here. */
async function isOlder(trash: FileHandle, name: string, before: Date): Promise<boolean> {
  const lying = namePattern.test(name) ? await readLying(trash, name) : null;
  if (lying) return lying.trashedAt < before;
  const stat = await lstat(inside(trash, name)).catch(ignoring("ENOENT"));
  return stat !== undefined && stat.ctime < before;
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
