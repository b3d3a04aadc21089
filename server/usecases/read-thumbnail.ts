import type { Digest } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";

/** A gallery card's figure. Its name is the digest of its content, so knowing the name is knowing the figure. */
export async function readThumbnail(ctx: Context, input: { digest: string }): Promise<Result<{ mediaType: string; bytes: Uint8Array }>> {
  if (!/^[0-9a-f]{64}$/.test(input.digest)) return fail("not_found", "No such figure.");
  const blob = await ctx.store.findBlob(`sha256:${input.digest}` as Digest);
  return blob ? ok({ mediaType: blob.mediaType, bytes: blob.bytes }) : fail("not_found", "No such figure.");
}
