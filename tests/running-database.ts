import { readFile } from "node:fs/promises";
import path from "node:path";

/** The address of the embedded database of a server that runs on this data folder, or of the one the environment names. */
export async function runningDatabaseUrl(dataFolder: string): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const folder = path.join(dataFolder, "postgres");
  const password = (await readFile(path.join(folder, "password"), "utf8")).trim();
  // PostgreSQL writes its port into the fourth line of its own pid file.
  const port = (await readFile(path.join(folder, "cluster/postmaster.pid"), "utf8")).split("\n")[3];
  return `postgres://sheaf:${password}@127.0.0.1:${port}/sheaf`;
}
