import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EngineId } from "#lib/domain/ids.ts";
import { randomText } from "#server/ids.ts";

/**
 * The name under which an engine holds runs: the one it was given, and a part that is drawn once for its data folder.
 * Two servers with the same settings may share a database; if they shared a name too, each would take the other's runs
 * for its own that it had forgotten, and put them back into the queue.
 */
export async function engineName(given: string, dataFolder: string): Promise<EngineId> {
  const file = path.join(dataFolder, "engine-name");
  await mkdir(dataFolder, { recursive: true });
  // Several engines of one data folder agree on whoever was first.
  await writeFile(file, randomText(10), { flag: "wx", mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return `${given}-${(await readFile(file, "utf8")).trim()}` as EngineId;
}
