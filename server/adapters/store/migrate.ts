import path from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as runMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** Any number will do, as long as every process uses the same. */
const lockNumber = 7_432_301;

/** Brings the database to the newest schema. Processes that start at once wait for the first; it is harmless to repeat. */
export async function migrate(url: string, migrationsFolder = path.resolve(import.meta.dirname, "../../../drizzle/migrations")): Promise<void> {
  // The lock belongs to the connection: with a pool the migration could run on another one.
  const client = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "sheaf migrate" } });
  try {
    await client`select pg_advisory_lock(${lockNumber})`;
    await runMigrations(drizzle(client), { migrationsFolder });
    await client`select pg_advisory_unlock(${lockNumber})`;
  } finally {
    await client.end({ timeout: 5 });
  }
}
