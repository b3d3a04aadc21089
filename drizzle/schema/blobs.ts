import { integer, pgTable, text } from "drizzle-orm/pg-core";
import type { Digest } from "#lib/domain/ids.ts";
import { bytea, instant } from "./columns.ts";

/** Small content-addressed files that every web process must be able to serve: thumbnails. */
export const blobs = pgTable("blobs", {
  digest: text("digest").$type<Digest>().primaryKey(),
  mediaType: text("media_type").notNull(),
  size: integer("size").notNull(),
  bytes: bytea("bytes").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});
