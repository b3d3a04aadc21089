import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import postgres from "postgres";
import { type Connection, connectDatabase } from "#server/adapters/store/connect.ts";
import { migrate } from "#server/adapters/store/migrate.ts";
import { createStore } from "#server/adapters/store/store.ts";
import type { Store } from "#server/ports/store.ts";

/** A server on which databases may be made; `tests/global-setup.ts` starts one where it is unset. */
export const testDatabaseVariable = "SHEAF_TEST_DATABASE_URL";

const migrations = path.resolve(import.meta.dirname, "../drizzle/migrations");

export type TestDatabase = { readonly url: string; readonly store: Store; readonly connection: Connection; drop(): Promise<void> };

/** A fresh, migrated, empty database: a copy of a template that is migrated once, which takes a tenth of a second. */
export async function testDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env[testDatabaseVariable];
  if (!serverUrl) throw new Error(`${testDatabaseVariable} is not set; run the tests by vitest, whose global setup starts a database.`);
  const server = postgres(serverUrl, { max: 1, onnotice: () => {} });
  const name = `sheaf_test_${randomBytes(6).toString("hex")}`;
  try {
    await copyTemplate(server, serverUrl, name);
  } finally {
    await server.end();
  }
  const url = named(serverUrl, name);
  const connection = connectDatabase(url, { max: 5, applicationName: "tests" });
  const store = createStore(connection);
  return {
    url,
    store,
    connection,
    async drop() {
      await store.close();
      const dropper = postgres(serverUrl, { max: 1, onnotice: () => {} });
      await dropper.unsafe(`drop database if exists ${name} with (force)`);
      await dropper.end();
    },
  };
}

async function copyTemplate(server: postgres.Sql, serverUrl: string, name: string): Promise<void> {
  const journal = await readFile(path.join(migrations, "meta/_journal.json"));
  const template = `sheaf_template_${createHash("sha256").update(journal).digest("hex").slice(0, 12)}`;
  // Test processes may start together: one makes the template, and copying needs it to be unused.
  await server`select pg_advisory_lock(7432302)`;
  const [known] = await server`select 1 from pg_database where datname = ${template}`;
  if (!known) {
    await server.unsafe(`drop database if exists ${template}_new`);
    await server.unsafe(`create database ${template}_new`);
    await migrate(named(serverUrl, `${template}_new`), migrations);
    await server.unsafe(`alter database ${template}_new rename to ${template}`);
  }
  await server.unsafe(`create database ${name} template ${template}`);
  await server`select pg_advisory_unlock(7432302)`;
}

function named(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
