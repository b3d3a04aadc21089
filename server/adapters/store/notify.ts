import { sql } from "drizzle-orm";
import type { Queryable } from "./connect.ts";
import type { Channel } from "./listen.ts";

export function notifyQueries({ db }: Queryable) {
  return {
    /** Inside a transaction it is heard when that commits. */
    async notify(channel: Channel, payload: string): Promise<void> {
      await db.execute(sql`select pg_notify(${channel}, ${payload})`);
    },
  };
}
