import { count, eq, sql } from "drizzle-orm";
import { users } from "#drizzle/schema/index.ts";
import type { UserId } from "#lib/domain/ids.ts";
import type { Level } from "#lib/domain/person.ts";
import type { Queryable } from "./connect.ts";

export type User = typeof users.$inferSelect;
export type NewUser = Pick<User, "id" | "username" | "displayName" | "email" | "passwordHash" | "level">;

export function userQueries({ db }: Queryable) {
  return {
    async findUser(id: UserId): Promise<User | null> {
      const [user] = await db.select().from(users).where(eq(users.id, id));
      return user ?? null;
    },

    async findUserByName(username: string): Promise<User | null> {
      const [user] = await db.select().from(users).where(eq(users.username, username));
      return user ?? null;
    },

    /** Null where the name or the e-mail address is taken: the index decides, so two at once cannot both win. */
    async insertUser(user: NewUser): Promise<User | null> {
      const [inserted] = await db.insert(users).values(user).onConflictDoNothing().returning();
      return inserted ?? null;
    },

    async updateUser(id: UserId, change: Partial<Pick<User, "displayName" | "email" | "passwordHash" | "level" | "suspendedAt">>): Promise<void> {
      await db.update(users).set(change).where(eq(users.id, id));
      // The person's sign-ins are worth nothing while this lasts: what is open by them ends now, like at their end.
      if (change.suspendedAt) await db.execute(sql`select pg_notify('session_revoked', id) from sessions where user_id = ${id} and revoked_at is null`);
    },

    async countUsersAt(level: Level): Promise<number> {
      const [row] = await db.select({ users: count() }).from(users).where(eq(users.level, level));
      return row?.users ?? 0;
    },
  };
}
