import { and, eq, gt, inArray, type SQL, sql } from "drizzle-orm";
import { uploads } from "#drizzle/schema/index.ts";
import type { UploadId, UserId, VisitorId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";

export type Upload = typeof uploads.$inferSelect;
export type UploadHead = Omit<Upload, "bytes">;

const head = {
  id: uploads.id,
  ownerId: uploads.ownerId,
  visitorId: uploads.visitorId,
  addressHash: uploads.addressHash,
  name: uploads.name,
  size: uploads.size,
  digest: uploads.digest,
  createdAt: uploads.createdAt,
  expiresAt: uploads.expiresAt,
};

export type UploadsOf = { ownerId: UserId } | { visitorId: VisitorId } | { addressHash: string };

function whose(of: UploadsOf): SQL {
  return "ownerId" in of ? eq(uploads.ownerId, of.ownerId) : "visitorId" in of ? eq(uploads.visitorId, of.visitorId) : eq(uploads.addressHash, of.addressHash);
}

export function uploadQueries({ db }: Queryable) {
  return {
    async insertUpload(upload: typeof uploads.$inferInsert): Promise<void> {
      await db.insert(uploads).values(upload);
    },

    /** Bytes kept for somebody, or for everybody at an address. */
    async sumUploads(of: UploadsOf): Promise<number> {
      const [row] = await db
        .select({ bytes: sql<number>`coalesce(sum(${uploads.size}), 0)::float8` })
        .from(uploads)
        .where(whose(of));
      return row?.bytes ?? 0;
    },

    /** The same file of the same person is kept once: this one is kept longer instead. Null where there is none. */
    async renewUpload(of: UploadsOf, file: Pick<Upload, "digest" | "name" | "expiresAt">): Promise<UploadId | null> {
      const [row] = await db
        .update(uploads)
        .set({ expiresAt: file.expiresAt })
        .where(
          eq(
            uploads.id,
            sql`(select id from uploads where ${and(whose(of), eq(uploads.digest, file.digest), eq(uploads.name, file.name))} limit 1 for update)`,
          ),
        )
        .returning({ id: uploads.id });
      return row?.id ?? null;
    },

    /** With its bytes, for the engine that gives it to a kernel. */
    async findUpload(id: UploadId): Promise<Upload | null> {
      const [upload] = await db.select().from(uploads).where(eq(uploads.id, id));
      return upload ?? null;
    },

    async findUploadHeads(ids: readonly UploadId[], now: Date): Promise<UploadHead[]> {
      if (ids.length === 0) return [];
      return db
        .select(head)
        .from(uploads)
        .where(and(inArray(uploads.id, [...ids]), gt(uploads.expiresAt, now)));
    },
  };
}
