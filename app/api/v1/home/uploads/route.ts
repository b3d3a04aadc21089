import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { beginHomeUpload } from "#server/usecases/begin-home-upload.ts";

export const POST = endpoint(operations.beginHomeUpload, async ({ ctx, body }) => {
  const begun = await beginHomeUpload(ctx, body);
  return begun.ok ? { result: ok(begun.value), headers: { location: routes.api.homeUpload(begun.value.id) } } : begun;
});
