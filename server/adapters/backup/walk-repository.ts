import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ignoring } from "../storage/files/safe-open.ts";
import type { BytePath } from "./manifest.ts";
import { type Found, walkTree } from "./walk-tree.ts";

const maxPasses = 30;

/**
 * A bare repository that is being written and packed, in an order that makes the copy whole: refs first, then everything that
 * they could name. Objects only come; one that moves into a pack, or a pack that is replaced, is found by looking again.
 */
export async function* walkRepository(folder: string, prefix: BytePath): AsyncGenerator<Found> {
  // A ref is packed before its own file is removed: its file is looked for first.
  yield* walkTree(path.join(folder, "refs"), `${prefix}/refs`, isUnfinished);
  yield* walkTree(folder, prefix, (at) => isUnfinished(at) || at === `${prefix}/refs` || at === `${prefix}/objects`);
  // Before the objects, so that all commits that it knows of are among them.
  yield* walkTree(path.join(folder, "objects/info"), `${prefix}/objects/info`, isUnfinished);
  for (const name of ["objects", "objects/pack"])
    yield { kind: "folder", path: `${prefix}/${name}`, stat: await stat(path.join(folder, name), { bigint: true }) };
  const taken = new Set<string>();
  for (let pass = 1; pass <= maxPasses; pass++) {
    const missing = (await listObjects(path.join(folder, "objects"))).filter((name) => !taken.has(name));
    if (missing.length === 0) return;
    for (const name of missing) {
      const handle = await open(path.join(folder, "objects", name)).catch(ignoring("ENOENT"));
      // Without its pack an index is nothing.
      if (!handle || (name.endsWith(".idx") && !taken.has(name.replace(/idx$/, "pack")))) {
        await handle?.close();
        continue;
      }
      taken.add(name);
      try {
        yield { kind: "file", path: `${prefix}/objects/${name}`, stat: await handle.stat({ bigint: true }), handle };
      } finally {
        await handle.close();
      }
    }
  }
  throw new Error(`${folder} changed too fast to be copied.`);
}

function isUnfinished(at: BytePath): boolean {
  return /\.lock$|\/(?:tmp_|\.tmp-|incoming-)[^/]*$|\/fast_import_crash_[^/]*$/.test(at);
}

/** Loose objects before packs; of a pack its index last. A pack without an index is not finished. */
async function listObjects(objects: string): Promise<string[]> {
  const names: string[] = [];
  for (const shelf of (await readdir(objects).catch(() => [])).sort()) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    const loose = await readdir(path.join(objects, shelf)).catch(() => []);
    for (const name of loose.sort()) if (/^[0-9a-f]{38}(?:[0-9a-f]{24})?$/.test(name)) names.push(`${shelf}/${name}`);
  }
  const packs = await readdir(path.join(objects, "pack")).catch(() => []);
  const present = new Set(packs);
  const whole = new Set(packs.filter((name) => name.endsWith(".idx") && present.has(name.replace(/idx$/, "pack"))).map((name) => name.slice(0, -4)));
  const parts = packs.filter((name) => /^pack-[0-9a-f]+\.(?:pack|rev|mtimes|keep|idx)$/.test(name) && whole.has(name.replace(/\.[a-z]+$/, "")));
  const rank = (name: string) => (name.endsWith(".pack") ? 0 : name.endsWith(".idx") ? 2 : 1);
  for (const name of parts.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))) names.push(`pack/${name}`);
  return names;
}
