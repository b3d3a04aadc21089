import postgres from "postgres";

type ForeignDatabase = {
  /** Null when it answers, else why not. */
  ask(): Promise<string | null>;
  close(): Promise<void>;
};

/** A database that somebody else keeps running: it can only be asked how it is. */
export function openForeignDatabase(url: string): ForeignDatabase {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  return {
    ask: () => sql`select 1`.then(() => null, tellWhy),
    close: () => sql.end({ timeout: 1 }),
  };
}

/** Where every address of a host refuses, the error itself has no words: those inside it have. */
function tellWhy(error: Error & { code?: string }): string {
  const cause = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : error;
  return cause?.message || error.code || "no reason was given";
}
