import { sql } from "drizzle-orm";
import { index, integer, pgTable, text } from "drizzle-orm/pg-core";
import type { Digest, UploadId, UserId, VisitorId } from "#lib/domain/ids.ts";
import { bytea, instant } from "./columns.ts";
import { users } from "./users.ts";

/** Files given to a file parameter; small, checked before any kernel starts, removed with the runs that name them. */
export const uploads = pgTable(
  "uploads",
  {
    id: text("id").$type<UploadId>().primaryKey(),
    ownerId: text("owner_id")
      .$type<UserId>()
      .references(() => users.id, { onDelete: "cascade" }),
    visitorId: text("visitor_id").$type<VisitorId>(),
    /** Hash of a visitor's address: bounds what one machine keeps here under many names. */
    addressHash: text("address_hash"),
    name: text("name").notNull(),
    size: integer("size").notNull(),
    digest: text("digest").$type<Digest>().notNull(),
    bytes: bytea("bytes").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [
    index("uploads_expiry").on(t.expiresAt),
    index("uploads_owner").on(t.ownerId).where(sql`owner_id is not null`),
    index("uploads_visitor").on(t.visitorId).where(sql`visitor_id is not null`),
    index("uploads_address").on(t.addressHash).where(sql`address_hash is not null`),
  ],
);
