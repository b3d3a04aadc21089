import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as runMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** Any number will do, as long as every process uses the same. */
const lockNumber = 7_432_301;

const allMigrations = path.resolve(import.meta.dirname, "../../../drizzle/migrations");

/** Brings the database to the newest schema. Processes that start at once wait for the first; it is harmless to repeat. */
export async function migrate(url: string, migrationsFolder = allMigrations): Promise<void> {
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

/** Brings an empty database to the schema that these migrations (their digests, the oldest first) made; throws where this Sheaf does not know them. */
export async function migrateAsFar(url: string, digests: readonly string[]): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder: allMigrations }).map(({ hash }) => hash);
  if (digests.some((digest, index) => known[index] !== digest))
    throw new Error("The backup was made by another or newer version of Sheaf, whose database this one does not know: restore it by that version.");
  const folder = await mkdtemp(path.join(tmpdir(), "sheaf-migrations-"));
  try {
    const journal = JSON.parse(await readFile(path.join(allMigrations, "meta/_journal.json"), "utf8")) as { entries: { tag: string }[] };
    const entries = journal.entries.slice(0, digests.length);
    await mkdir(path.join(folder, "meta"));
    await writeFile(path.join(folder, "meta/_journal.json"), JSON.stringify({ ...journal, entries }));
    for (const { tag } of entries) await cp(path.join(allMigrations, `${tag}.sql`), path.join(folder, `${tag}.sql`));
    await migrate(url, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
