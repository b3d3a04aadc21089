import { fail, ok } from "#lib/result.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { readBytes } from "#server/next/read-body.ts";
import { uploadFile, uploadLimit } from "#server/usecases/upload-file.ts";

/** The form around the file. */
const formBytes = 8192;

export const POST = endpoint(operations.uploadFile, async ({ ctx, request }) => {
  const wrong = fail("invalid", 'Send a form (multipart/form-data) with one file in the field "file".');
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) return wrong;
  const bytes = await readBytes(request, uploadLimit(ctx) + formBytes);
  if (!bytes.ok) return bytes;
  const form = await new Response(bytes.value, { headers: { "content-type": type } }).formData().catch(() => null);
  const file = form?.get("file");
  if (!(file instanceof File)) return wrong;
  const uploaded = await uploadFile(ctx, { name: file.name, bytes: await file.bytes() });
  if (!uploaded.ok) return uploaded;
  const { newVisitor, ...upload } = uploaded.value;
  return { result: ok(upload), headers: {}, newVisitor };
});
