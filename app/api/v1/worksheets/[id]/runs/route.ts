import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { startRun } from "#server/usecases/start-run.ts";

export const POST = endpoint(operations.startRun, async ({ ctx, params, body }) => {
  const started = await startRun(ctx, { worksheetId: params.id, values: body.values, fresh: body.fresh });
  if (!started.ok) return started;
  const { newVisitor, ...run } = started.value;
  return { result: ok(run), headers: { location: routes.api.run(run.id) }, newVisitor };
});
