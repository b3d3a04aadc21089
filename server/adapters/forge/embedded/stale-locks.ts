import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

/** No update of a ref holds its lock for longer: the git that took it was killed. */
const staleMs = 60_000;

/** Removes locks that a killed git left, which would refuse every later save. */
export async function removeStaleLocks(folder: string, now = Date.now()): Promise<number> {
  const places = [folder, path.join(folder, "objects/info"), ...(await foldersBelow(path.join(folder, "refs")))];
  let removed = 0;
  for (const place of places) {
    for (const name of await readdir(place).catch(() => [])) {
      if (!name.endsWith(".lock")) continue;
      const lock = path.join(place, name);
      const found = await stat(lock).catch(() => null);
      if (!found?.isFile() || found.mtimeMs > now - staleMs) continue;
      await rm(lock, { force: true });
      removed += 1;
    }
  }
  return removed;
}

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return [folder, ...entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name))];
}
