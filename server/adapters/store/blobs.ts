import { eq } from "drizzle-orm";
import { blobs } from "#drizzle/schema/index.ts";
import type { Digest } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";

export type Blob = Pick<typeof blobs.$inferSelect, "digest" | "mediaType" | "bytes">;

export function blobQueries({ db }: Queryable) {
  return {
    async findBlob(digest: Digest): Promise<Blob | null> {
      const [blob] = await db.select({ digest: blobs.digest, mediaType: blobs.mediaType, bytes: blobs.bytes }).from(blobs).where(eq(blobs.digest, digest));
      return blob ?? null;
    },

    /** The same content twice is one row. */
    async insertBlob(blob: Blob): Promise<void> {
      await db
        .insert(blobs)
        .values({ ...blob, size: blob.bytes.byteLength })
        .onConflictDoNothing();
    },
  };
}
