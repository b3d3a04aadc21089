import { readdir } from "node:fs/promises";
import path from "node:path";
import { walkRepository } from "./walk-repository.ts";
import { type Found, walkTree } from "./walk-tree.ts";

/** Of the server's own files in a data folder: what signs sessions, and that the demo library was filled once. */
const ownFiles = ["secrets.json", "demo-library-filled"];

/**
 * What of a data folder cannot be made again. Left out are the database, which is dumped; checkouts, counts and logs; an
 * engine's name, so that a restored copy beside the original never takes its containers for its own; and in homes what was
 * half-written. What nobody owns stands before the homes: a run that is claimed meanwhile is then seen at least once.
 */
export async function* walkData(dataFolder: string): AsyncGenerator<Found> {
  for await (const found of walkTree(dataFolder, ".", (at) => !ownFiles.includes(at.slice(2))))
    if (found.kind === "file") yield { ...found, path: found.path.slice(2) };
  yield* walkTree(path.join(dataFolder, "unclaimed"), "unclaimed", (at) => /^unclaimed\/\./.test(at));
  yield* walkRepositories(path.join(dataFolder, "repositories"));
  yield* walkTree(path.join(dataFolder, "groups"), "groups", () => false);
  yield* walkTree(path.join(dataFolder, "homes"), "homes", (at) => /^homes\/[^/]+\/\.sheaf\/tmp$/.test(at));
}

async function* walkRepositories(folder: string): AsyncGenerator<Found> {
  for (const shelf of (await readdir(folder).catch(() => [])).sort()) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    for (const name of (await readdir(path.join(folder, shelf))).sort()) {
      if (/^[0-9a-f]{32}\.git$/.test(name)) yield* walkRepository(path.join(folder, shelf, name), `repositories/${shelf}/${name}`);
    }
  }
}
