import { readdir, readlink, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";

/** Whole builds, a folder each, named by the fingerprint of their source. A running server keeps the one it began with. */
const kept = 3;

/** The folder of a whole build; null where there is none. It is marked as used, so that it stays among the newest. */
export async function findBuild(place: string, name: string): Promise<string | null> {
  const folder = path.join(place, name);
  if (!(await stat(folder).catch(() => null))) return null;
  const now = new Date();
  // Made by somebody else: their marks must do.
  await utimes(folder, now, now).catch(() => {});
  return folder;
}

/** A folder that is still being filled has another name: what bears a fingerprint is whole. */
export async function keepBuild(place: string, name: string, filled: string): Promise<void> {
  await rename(filled, path.join(place, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
  await removeOldBuilds(place, name);
}

async function removeOldBuilds(place: string, newest: string): Promise<void> {
  const names = (await readdir(place)).filter((name) => name !== newest);
  const found = await Promise.all(
    names.map(async (name) => ({ name, usedAt: name.startsWith(".") ? 0 : ((await stat(path.join(place, name)).catch(() => null))?.mtimeMs ?? 0) })),
  );
  const surplus = found.sort((a, b) => b.usedAt - a.usedAt).filter(({ usedAt }, index) => usedAt === 0 || index >= kept - 1);
  const inUse = surplus.length > 0 ? await workFolders() : new Set<string>();
  for (const { name } of surplus) {
    const folder = path.join(place, name);
    if (!inUse.has(folder)) await rm(folder, { recursive: true, force: true });
  }
}

/** Where processes work that this user may look at: a server of pages works in its build. */
async function workFolders(): Promise<Set<string>> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return new Set(folders);
}
