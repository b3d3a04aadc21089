import path from "node:path";
import type { Config } from "#server/config.ts";
import { openServices } from "#server/container.ts";
import type { Services } from "#server/context.ts";
import { createLogger } from "#server/log.ts";
import { findRunningDatabase, migrate, startEmbeddedPostgres } from "#server/machine.ts";
import { DataFolderInUse, lockDataFolder } from "#server/supervisor/data-lock.ts";
import { CommandProblem } from "./command-problem.ts";

/** Runs a command on the database: the one of the server that is running, or one started for the moment. */
export async function withServices<T>(asked: Config, work: (services: Services) => Promise<T>): Promise<T> {
  // Standard output belongs to the command's answer, and the terminal to what goes wrong.
  const config = { ...asked, logLevel: "warn" };
  return withDatabase(config, async (databaseUrl) => {
    await migrate(databaseUrl);
    const services = await openServices({ ...config, databaseUrl }, "command");
    try {
      return await work(services);
    } finally {
      await services.close();
    }
  });
}

/** The address of the database, as it is: no migration. `restoring`: over a folder that is only half restored. */
export async function withDatabase<T>(config: Config, work: (url: string) => Promise<T>, { restoring = false } = {}): Promise<T> {
  if (config.databaseUrl !== null) return work(config.databaseUrl);
  const folder = path.join(config.dataFolder, "postgres");
  const lock = await lockDataFolder(config.dataFolder, `a command, process ${process.pid}`, { restoring }).catch((error: unknown) => {
    if (error instanceof DataFolderInUse) return null;
    throw error;
  });
  if (lock === null) {
    const url = await untilRunning(folder);
    if (url === null) throw new CommandProblem(`Something else uses ${config.dataFolder}, and its database does not answer. Try again in a moment.`);
    return work(url);
  }
  const runtimeFolder = path.join(config.runtimeFolder, "postgres");
  const database = await startEmbeddedPostgres({ folder, runtimeFolder, log: createLogger("database", "error") });
  try {
    return await work(database.url);
  } finally {
    await database.stop();
    lock.release();
  }
}

/** A server that is just starting holds the folder before its database takes connections. */
async function untilRunning(folder: string): Promise<string | null> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const url = await findRunningDatabase(folder);
    if (url !== null) return url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return null;
}
