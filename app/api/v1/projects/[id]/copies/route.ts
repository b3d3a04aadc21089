import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { copyProject } from "#server/usecases/copy-project.ts";

export const POST = endpoint(operations.copyProject, async ({ ctx, params, body }) => {
  const made = await copyProject(ctx, { projectId: params.id, ...body });
  return made.ok ? { result: ok(made.value), headers: { location: routes.api.project(made.value.id) } } : made;
});
