import type { PgDatabase } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "#drizzle/schema/index.ts";

/** What queries run on: the pool, or one transaction of it. */
export type Database = PgDatabase<PostgresJsQueryResultHKT, typeof schema>;

/** Query files take this and use `db` alone, so that the same function serves inside a transaction. */
export type Queryable = { readonly db: Database };

export type Connection = Queryable & {
  /** For listening, which needs a connection of its own. */
  readonly url: string;
  readonly client: postgres.Sql;
  close(): Promise<void>;
};

export type ConnectOptions = { readonly max?: number; readonly applicationName?: string };

/** Opens a pool; connections are made when the first query needs one. */
export function connectDatabase(url: string, options: ConnectOptions = {}): Connection {
  const client = postgres(url, {
    max: options.max ?? 10,
    connection: { application_name: options.applicationName ?? "sheaf" },
    connect_timeout: 15,
    // NOTICEs such as "relation already exists, skipping" are no news.
    onnotice: () => {},
  });
  const db = drizzle(client, { schema });
  return { db, url, client, close: () => client.end({ timeout: 5 }) };
}
