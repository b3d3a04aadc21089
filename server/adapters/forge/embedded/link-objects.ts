import { copyFile, link, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";

/** Packs from this size on are never packed again, in neither repository, so that both go on sharing their bytes. */
const keptPackBytes = 8 * 1024 * 1024;
const maxPasses = 30;
const together = 64;
const commitGraph = "info/commit-graph";

/**
 * Gives a fresh repository all objects of another by hard links: in tens of milliseconds and without a byte, however
 * large they are, and each outlives the other's removal. The source may be written and packed meanwhile: git makes the
 * new place of an object before it removes the former, so what vanished while we looked is found by looking again.
 */
export async function linkObjects(source: string, fresh: string): Promise<void> {
  // Before the objects, so that all commits that it knows of are among them. Git writes it anew, never into it.
  await linkOne(path.join(source, "objects", commitGraph), path.join(fresh, "objects", commitGraph));
  const linked = new Set<string>();
  for (let pass = 1; pass <= maxPasses; pass++) {
    const missing = (await listObjects(source)).filter((name) => !linked.has(name));
    if (pass > 1 && missing.length === 0) return;
    for (let at = 0; at < missing.length; at += together) {
      const names = missing.slice(at, at + together);
      const done = await Promise.all(names.map((name) => linkOne(path.join(source, "objects", name), path.join(fresh, "objects", name))));
      for (const [index, name] of names.entries()) if (done[index]) linked.add(name);
    }
  }
  throw new Error("a repository changed too fast to be copied");
}

/** Loose objects before packs: an object that moves meanwhile moves into a pack. Packs without an index are not finished. */
async function listObjects(folder: string): Promise<string[]> {
  const objects = path.join(folder, "objects");
  const names: string[] = [];
  for (const shelf of await readdir(objects)) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    const found = await readdir(path.join(objects, shelf)).catch(() => []);
    for (const name of found) if (/^[0-9a-f]{38}(?:[0-9a-f]{24})?$/.test(name)) names.push(`${shelf}/${name}`);
  }
  const packs = await readdir(path.join(objects, "pack"));
  const whole = new Set(packs.filter((name) => name.endsWith(".idx")).map((name) => name.slice(0, -4)));
  for (const name of packs) if (/\.(?:pack|idx|rev|mtimes|keep)$/.test(name) && whole.has(name.replace(/\.[a-z]+$/, ""))) names.push(`pack/${name}`);
  return names;
}

/** False where the file has vanished, with the whole pack that it was part of. */
async function linkOne(from: string, to: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
    if (from.endsWith(".pack") && (await stat(from)).size >= keptPackBytes) await keep(from, to);
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return true;
    if (code === "ENOENT") return false;
    // A file has room for so many names only.
    if (code !== "EMLINK") throw error;
    await copyFile(from, to);
    return true;
  }
}

async function keep(...packs: readonly string[]): Promise<void> {
  for (const pack of packs) await writeFile(pack.replace(/\.pack$/, ".keep"), "shared with copies\n");
}
