import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";

export type DumpedTable = { readonly name: string; readonly columns: readonly string[]; readonly rows: number; readonly content: string };
export type Dump = {
  /** Digests of the migrations that had been applied, the oldest first. */
  readonly migrations: readonly string[];
  readonly tables: readonly DumpedTable[];
  readonly sequences: readonly { readonly name: string; readonly value: string; readonly called: boolean }[];
};

/** Where the rows of one table go, in PostgreSQL's COPY text format: answers the name of the content. */
export type KeepRows = (rows: AsyncIterable<Uint8Array>) => Promise<string>;

/**
 * Every table of the database as it is at one moment (one read-only transaction, REPEATABLE READ), while others go on writing.
 * By COPY, since the embedded PostgreSQL comes without pg_dump. `whenFixed` is told when that moment is.
 */
export async function dumpDatabase(url: string, keep: KeepRows, whenFixed: (at: Date) => void): Promise<Dump> {
  const client = connect(url, "sheaf backup");
  let problem: unknown;
  try {
    return (await client.begin("isolation level repeatable read read only", async (tx) => {
      try {
        return await dumpTables(tx, keep, whenFixed);
      } catch (error) {
        problem = error;
        // A COPY that nobody reads to its end lets no other word through, a rollback neither.
        await client.end({ timeout: 0 });
        throw error;
      }
    })) as Dump;
  } catch (error) {
    throw problem ?? error;
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function dumpTables(tx: postgres.TransactionSql, keep: KeepRows, whenFixed: (at: Date) => void): Promise<Dump> {
  const [moment] = await tx<{ at: Date }[]>`select now() as at`;
  whenFixed(moment?.at ?? new Date());
  const migrations = await tx<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by id`;
  const tables: DumpedTable[] = [];
  for (const { name, columns } of await listTables(tx)) {
    const counter = { rows: 0 };
    const content = await keep(copyRows(tx, { name, columns }, counter));
    tables.push({ name, columns, rows: counter.rows, content });
  }
  return { migrations: migrations.map(({ hash }) => hash), tables, sequences: await listSequences(tx) };
}

/** The tables that have rows; none where nothing was ever made there. */
export async function listFilledTables(url: string): Promise<readonly string[]> {
  const client = connect(url, "sheaf restore");
  try {
    const filled: string[] = [];
    for (const { name } of await listTables(client)) {
      const [row] = await client.unsafe(`select exists (select 1 from ${quoted(name)}) as filled`);
      if (row?.filled === true) filled.push(name);
    }
    return filled;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/**
 * Writes the rows of a dump into a database whose schema is the dump's: all of them or, when anything fails, none. Foreign
 * keys are taken away meanwhile and made again, which checks every one of them.
 */
export async function loadDump(url: string, dump: Dump, rowsOf: (table: DumpedTable) => Readable): Promise<void> {
  const client = connect(url, "sheaf restore");
  try {
    await client.begin(async (tx) => {
      const keys = await tx<{ table: string; name: string; definition: string }[]>`
        select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition
        from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`;
      for (const key of keys) await tx.unsafe(`alter table ${key.table} drop constraint ${quoted(key.name)}`);
      // What migrations write themselves is in the dump too.
      await tx.unsafe(`truncate ${(await listTables(tx)).map(({ name }) => quoted(name)).join(", ")}`);
      for (const table of dump.tables) {
        const sink = (await tx.unsafe(`copy ${quoted(table.name)} (${table.columns.map(quoted).join(", ")}) from stdin`).writable()) as Writable;
        await pipeline(rowsOf(table), sink);
        const [found] = await tx.unsafe(`select count(*)::int as rows from ${quoted(table.name)}`);
        if (found?.rows !== table.rows) throw new Error(`${table.name} has ${String(found?.rows)} rows instead of ${table.rows}`);
      }
      for (const key of keys) await tx.unsafe(`alter table ${key.table} add constraint ${quoted(key.name)} ${key.definition}`);
      for (const { name, value, called } of dump.sequences) await tx`select setval(${quoted(name)}::regclass, ${value}::bigint, ${called})`;
    });
  } finally {
    await client.end({ timeout: 5 });
  }
}

function connect(url: string, name: string): postgres.Sql {
  return postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: name } });
}

/** What is generated is made anew. */
async function listTables(sql: postgres.ISql): Promise<{ name: string; columns: string[] }[]> {
  return sql<{ name: string; columns: string[] }[]>`
    select c.table_name as name, array_agg(c.column_name::text order by c.ordinal_position) as columns
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
    group by c.table_name order by c.table_name`;
}

async function listSequences(sql: postgres.ISql): Promise<Dump["sequences"]> {
  const names = await sql<{ name: string }[]>`select sequencename as name from pg_sequences where schemaname = 'public' order by 1`;
  const sequences: Dump["sequences"][number][] = [];
  for (const { name } of names) {
    const [row] = await sql.unsafe(`select last_value::text as value, is_called as called from ${quoted(name)}`);
    sequences.push({ name, value: String(row?.value), called: row?.called === true });
  }
  return sequences;
}

/**
 * The rows of a table as they come; COPY writes one line a row, a line break in a value as two signs. The driver pauses its
 * connection for a slow reader, and does not wake it where the last piece was what it paused for: that is done here.
 */
async function* copyRows(
  tx: postgres.TransactionSql,
  { name, columns }: { name: string; columns: string[] },
  counter: { rows: number },
): AsyncGenerator<Buffer> {
  const stream = await tx.unsafe(`copy ${quoted(name)} (${columns.map(quoted).join(", ")}) to stdout`).readable();
  for await (const piece of stream as AsyncIterable<Buffer>) {
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) counter.rows += 1;
    yield piece;
  }
  stream._read(0);
}

/** Names of tables and columns come from the database's own catalogue, or from a manifest that was checked. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
