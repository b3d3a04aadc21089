import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
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
  // Several engines of one data folder agree on whoever was first; nobody may read a name that is only half written.
  const drawn = `${file}.${randomText(10)}`;
  await writeFile(drawn, randomText(10), { mode: 0o600 });
  await link(drawn, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(drawn);
  return `${given}-${(await readFile(file, "utf8")).trim()}` as EngineId;
}
