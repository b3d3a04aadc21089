import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { setParameters, showParameters } from "#server/usecases/mark-parameters.ts";

export const GET = endpoint(operations.showParameters, async ({ ctx, params, query }) => showParameters(ctx, { projectId: params.id, path: query.path }));
export const PUT = endpoint(operations.setParameters, async ({ ctx, params, body }) => setParameters(ctx, { projectId: params.id, ...body }));
