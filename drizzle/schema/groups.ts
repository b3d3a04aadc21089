import { integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { GroupId, UserId } from "#lib/domain/ids.ts";
import type { Role } from "#lib/domain/person.ts";
import { instant } from "./columns.ts";
import { users } from "./users.ts";

export const groups = pgTable(
  "groups",
  {
    id: text("id").$type<GroupId>().primaryKey(),
    /** Lower case; also the name under which labs see the group's folder. */
    slug: text("slug").notNull(),
    title: text("title").notNull(),
    /** The group's own gid for its folder, counted from 1; see `groupFolder`. */
    gidOffset: integer("gid_offset").generatedAlwaysAsIdentity(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("groups_slug").on(t.slug)],
);

export const memberships = pgTable(
  "memberships",
  {
    groupId: text("group_id")
      .$type<GroupId>()
      .notNull()
      .references(() => groups.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text("role").$type<Role>().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  // By person first: what somebody may see is asked at every look at a lab.
  (t) => [primaryKey({ columns: [t.userId, t.groupId] })],
);
