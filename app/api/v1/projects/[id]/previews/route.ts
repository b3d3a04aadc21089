import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { previewWorksheet } from "#server/usecases/preview-worksheet.ts";

export const POST = endpoint(operations.startPreview, async ({ ctx, params, body }) => {
  const started = await previewWorksheet(ctx, { projectId: params.id, ...body });
  return started.ok ? { result: ok(started.value), headers: { location: routes.api.run(started.value.runId) } } : started;
});
