import path from "node:path";
import { findRunningDatabase } from "#server/adapters/database/running.ts";

/** The address of the embedded database of the server that runs on this data folder, or of the one the environment names. */
export async function runningDatabaseUrl(dataFolder: string): Promise<string> {
  const url = process.env.DATABASE_URL ?? (await findRunningDatabase(path.join(dataFolder, "postgres")));
  if (!url) throw new Error(`No database answers for ${dataFolder}.`);
  return url;
}
