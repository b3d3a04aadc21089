import { and, asc, eq, sql } from "drizzle-orm";
import { groups, memberships } from "#drizzle/schema/index.ts";
import type { GroupId, UserId } from "#lib/domain/ids.ts";
import type { Role } from "#lib/domain/person.ts";
import type { Queryable } from "./connect.ts";

export type Group = typeof groups.$inferSelect;
export type NewGroup = Pick<Group, "id" | "slug" | "title">;

export function groupQueries({ db }: Queryable) {
  return {
    /** Null where the name is taken. */
    async insertGroup(group: NewGroup): Promise<Group | null> {
      const [inserted] = await db.insert(groups).values(group).onConflictDoNothing().returning();
      return inserted ?? null;
    },

    /** The groups somebody is in, with what they are there, by name. */
    async groupsOf(userId: UserId): Promise<readonly { readonly group: Group; readonly role: Role }[]> {
      return db
        .select({ group: groups, role: memberships.role })
        .from(memberships)
        .innerJoin(groups, eq(groups.id, memberships.groupId))
        .where(eq(memberships.userId, userId))
        .orderBy(asc(groups.slug));
    },

    /** Null takes somebody out of the group. What of theirs is open by it ends now. */
    async setMembership(groupId: GroupId, userId: UserId, role: Role | null): Promise<void> {
      const which = and(eq(memberships.groupId, groupId), eq(memberships.userId, userId));
      if (role === null) await db.delete(memberships).where(which);
      else
        await db
          .insert(memberships)
          .values({ groupId, userId, role })
          .onConflictDoUpdate({ target: [memberships.userId, memberships.groupId], set: { role } });
      await db.execute(sql`select pg_notify('membership_changed', ${userId})`);
    },
  };
}
