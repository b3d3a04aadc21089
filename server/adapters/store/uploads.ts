import { and, eq, gt, inArray } from "drizzle-orm";
import { uploads } from "#drizzle/schema/index.ts";
import type { UploadId } from "#lib/domain/ids.ts";
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

export function uploadQueries({ db }: Queryable) {
  return {
    async insertUpload(upload: typeof uploads.$inferInsert): Promise<void> {
      await db.insert(uploads).values(upload);
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
