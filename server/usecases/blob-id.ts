import { createHash } from "node:crypto";
import type { BlobId } from "#lib/domain/ids.ts";

/** The name that git gives to a file's content. */
export function blobIdOf(bytes: Uint8Array): BlobId {
  return createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex") as BlobId;
}
