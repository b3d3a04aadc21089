import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { openLab } from "#server/usecases/open-lab.ts";

export const POST = endpoint(operations.openLab, async ({ ctx, params }) => {
  const lab = await openLab(ctx, { projectId: params.id });
  return lab.ok ? { result: lab, headers: { location: routes.api.session(lab.value.id) } } : lab;
});
