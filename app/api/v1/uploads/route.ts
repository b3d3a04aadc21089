import { fail, ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { createBodyRoom } from "#server/next/body-room.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { readBytes } from "#server/next/read-body.ts";
import { limitedAddress } from "#server/usecases/limit-rate.ts";
import { admitUpload, uploadFile } from "#server/usecases/upload-file.ts";

/** The form around the file. */
const formBytes = 8192;
/** The largest file over a slow line. */
const withinMs = 600_000;
/** A body is here several times while it is taken apart and written. */
const room = createBodyRoom({ totalBytes: 128 * 1024 * 1024, waitMs: 20_000 });

export const POST = endpoint(operations.uploadFile, async ({ ctx, request }) => {
  const wrong = fail("invalid", 'Send a form (multipart/form-data) with one file in the field "file".');
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) return wrong;
  const admitted = await admitUpload(ctx);
  if (!admitted.ok) return admitted;
  const most = admitted.value.limitBytes + formBytes;
  const announced = Number(request.headers.get("content-length") ?? most);
  const whom = ctx.actor.kind === "user" ? ctx.actor.userId : ctx.actor.kind === "visitor" ? limitedAddress(ctx.actor.address) : "system";
  const uploaded = await room.hold(Number.isFinite(announced) ? Math.min(announced, most) : most, whom, async () => {
    const bytes = await readBytes(request, most, withinMs);
    if (!bytes.ok) return bytes;
    const form = await new Response(bytes.value, { headers: { "content-type": type } }).formData().catch(() => null);
    const file = form?.get("file");
    return file instanceof File ? uploadFile(ctx, { name: file.name, bytes: await file.bytes() }) : wrong;
  });
  if (!uploaded.ok) return uploaded;
  const { newVisitor, ...upload } = uploaded.value;
  return { result: ok(upload), headers: {}, newVisitor };
});
