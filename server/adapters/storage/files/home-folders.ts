import { type FileHandle, lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import type { Home } from "#server/ports/homes.ts";
import { stop } from "./home-failures.ts";
import { mendOwner } from "./mend-owner.ts";
import { homeFolder } from "./run-places.ts";
import { codeOf, ignoring, inside, isUsableName, openFolder, openFolderInside } from "./safe-open.ts";

/** Ours in each home: half-written files, trash, uploads. No path from outside leads there. */
export const ownFolder = ".sheaf";
const everyHome = ["settings", "private", "projects", "runs"] as const;

const maxPathBytes = 3000;

/** The names of a path in a home; throws the failure where it cannot be one. "" is the home itself. */
export function namesOf(relative: string): readonly string[] {
  if (relative === "") return [];
  const names = relative.split("/");
  if (!names.every(isUsableName) || Buffer.byteLength(relative) > maxPathBytes) throw stop("invalid", "This name or path cannot be used.");
  if (names[0] === ownFolder) throw stop("not_found", "There is no such file or folder.");
  return names;
}

/** Folder and last name of a path that is not the home itself. */
export function splitPath(relative: string): { readonly folders: readonly string[]; readonly name: string } {
  const names = namesOf(relative);
  const name = names.at(-1);
  if (name === undefined) throw stop("invalid", "Name a file or folder in the home.");
  return { folders: names.slice(0, -1), name };
}

/** Makes a home's folders where they lack, and gives them to their owner. */
export async function ensureHome(dataFolder: string, home: Home): Promise<void> {
  const folder = homeFolder(dataFolder, home.username);
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 }).catch(ignoring("EEXIST"));
  const root = await openFolder(folder);
  try {
    await mendOwner(root, home.uid);
    for (const name of everyHome) {
      // What the person put in its place stays theirs.
      const made = await makeFolder(root, name, home.uid).catch(ignoring("ENOTDIR", "ELOOP"));
      await made?.close();
    }
  } finally {
    await root.close();
  }
}

export async function withHome<T>(dataFolder: string, home: Home, use: (root: FileHandle) => Promise<T>): Promise<T> {
  const folder = homeFolder(dataFolder, home.username);
  const root = await openFolder(folder).catch(async (error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
    await ensureHome(dataFolder, home);
    return openFolder(folder);
  });
  return closing(root, use);
}

async function closing<T>(folder: FileHandle, use: (folder: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await use(folder);
  } finally {
    await folder.close();
  }
}

/** Opens a folder name by name, each within the one before. `make` also makes what lacks, for that uid. */
export async function openFolders(root: FileHandle, names: readonly string[], make?: { readonly uid: number | null }): Promise<FileHandle> {
  let at: FileHandle = root;
  try {
    for (const name of names) {
      const next = await (make ? makeFolder(at, name, make.uid) : openFolderInside(at, name));
      if (at !== root) await at.close();
      at = next;
    }
    // The caller closes what it gets, and keeps the root.
    return at === root ? await openFolder(`/proc/self/fd/${root.fd}/.`) : at;
  } catch (error) {
    if (at !== root) await at.close();
    throw error;
  }
}

export async function inFolders<T>(
  root: FileHandle,
  names: readonly string[],
  use: (folder: FileHandle) => Promise<T>,
  make?: { readonly uid: number | null },
): Promise<T> {
  const folder = await openFolders(root, names, make);
  return closing(folder, use);
}

/** One of our own folders of a home. */
export async function inOwnFolder<T>(
  root: FileHandle,
  uid: number | null,
  name: "tmp" | "trash" | "uploads",
  use: (folder: FileHandle) => Promise<T>,
): Promise<T> {
  const folder = await openFolders(root, [ownFolder, name], { uid }).catch((error: unknown) => {
    if (!["ENOTDIR", "ELOOP"].includes(codeOf(error) ?? "")) throw error;
    throw stop("conflict", `The folder ${ownFolder} of this home, which the server needs, is something else now. Remove it, then try again.`);
  });
  return closing(folder, use);
}

/** Opens a folder, made if it lacks. */
export async function makeFolder(folder: FileHandle, name: string, uid: number | null): Promise<FileHandle> {
  await mkdir(inside(folder, name), { mode: 0o700 }).catch(ignoring("EEXIST"));
  const made = await openFolderInside(folder, name);
  try {
    // Also where it was there already: a crash may have come between making and giving.
    await giveTo(made, uid);
    return made;
  } catch (error) {
    await made.close();
    throw error;
  }
}

/** Gives to the person what the server has just made; whatever belongs to somebody already stays as it is. */
export async function giveTo(made: FileHandle, uid: number | null): Promise<void> {
  if (uid === null) return;
  const stat = await made.stat();
  if (stat.uid === process.geteuid?.() && (stat.isDirectory() || stat.nlink <= 1)) await made.chown(uid, uid);
}

export async function isThere(folder: FileHandle, name: string): Promise<boolean> {
  return lstat(inside(folder, name)).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
      return false;
    },
  );
}
