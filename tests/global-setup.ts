import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbeddedPostgres } from "#server/adapters/database/embedded.ts";
import { createLogger } from "#server/log.ts";
import { testDatabaseVariable } from "./database.ts";

/** One PostgreSQL for all test files: the one that is named, else an embedded one that ends with the tests. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env[testDatabaseVariable]) return async () => {};
  const folder = await mkdtemp(path.join(tmpdir(), "sheaf-test-database-"));
  const runtimeFolder = await mkdtemp(path.join(tmpdir(), "sheaf-test-runtime-"));
  // The database runs as an ordinary user when the tests run as root.
  await chmod(runtimeFolder, 0o755);
  const database = await startEmbeddedPostgres({ folder, runtimeFolder, log: createLogger("tests", "warn") });
  process.env[testDatabaseVariable] = database.url;
  return async () => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(runtimeFolder, { recursive: true, force: true });
  };
}
