import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

/** An update of a ref holds its lock for milliseconds; after so long the git that took it was killed. */
export const staleMs = 10_000;

/** Removes locks of refs that a killed git left, which would refuse every later save. */
export async function removeStaleLocks(folder: string): Promise<void> {
  for (const place of [folder, ...(await foldersBelow(path.join(folder, "refs")))]) await removeOld(place, (name) => name.endsWith(".lock"), staleMs);
}

/** Removes what in a folder has such a name and was not touched for so long. */
export async function removeOld(folder: string, isRubbish: (name: string) => boolean, ageMs: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!isRubbish(name)) continue;
    const at = path.join(folder, name);
    const found = await stat(at).catch(() => null);
    if (found && found.mtimeMs < Date.now() - ageMs) await rm(at, { recursive: true, force: true });
  }
}

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return [folder, ...entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name))];
}
