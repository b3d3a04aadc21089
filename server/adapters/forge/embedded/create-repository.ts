import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { CommitId } from "#lib/domain/ids.ts";

const config = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = true
\thooksPath = /dev/null
\tbigFileThreshold = 64m
\tfsync = committed
\tcompression = 1
[gc]
\tauto = 0
[maintenance]
\tauto = false
[transfer]
\tfsckObjects = true
[receive]
\tfsckObjects = true
[uploadpack]
\tallowAnySHA1InWant = true
`;

/**
 * Writes a bare repository beside its place and moves it there when it is whole; `fill` may add objects before.
 * Collecting happens when we say so, never in the middle of somebody's save.
 */
export async function createRepository(folder: string, name: string, fill: (fresh: string) => Promise<CommitId | null> = async () => null): Promise<void> {
  const fresh = `${folder}.new`;
  try {
    for (const part of ["objects/info", "objects/pack", "refs/heads", "refs/tags"]) await mkdir(path.join(fresh, part), { recursive: true, mode: 0o700 });
    await writeFile(path.join(fresh, "config"), config);
    await writeFile(path.join(fresh, "HEAD"), "ref: refs/heads/main\n");
    const main = await fill(fresh);
    if (main) await writeFile(path.join(fresh, "refs/heads/main"), `${main}\n`);
    await writeFile(path.join(fresh, "description"), `${name.replace(/\s+/g, " ").slice(0, 200)}\n`);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}
