import { sql } from "drizzle-orm";
import { integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { UserId } from "#lib/domain/ids.ts";
import type { Level } from "#lib/domain/person.ts";
import { instant } from "./columns.ts";

export const users = pgTable(
  "users",
  {
    id: text("id").$type<UserId>().primaryKey(),
    /** Lower case, see usernameProblem(); also the name of the home folder. */
    username: text("username").notNull(),
    displayName: text("display_name").notNull(),
    email: text("email"),
    /** argon2id in PHC form; null where another directory proves who it is. */
    passwordHash: text("password_hash"),
    level: text("level").$type<Level>().notNull().default("reader"),
    /** The person's own uid for files and kernels, counted from 1; the adapter adds its base. */
    uidOffset: integer("uid_offset").generatedAlwaysAsIdentity(),
    suspendedAt: instant("suspended_at"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("users_username").on(t.username), uniqueIndex("users_email").on(sql`lower(${t.email})`)],
);
