import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { discardChanges } from "#server/usecases/discard-changes.ts";

export const POST = endpoint(operations.discardChanges, ({ ctx, params, body }) => discardChanges(ctx, { projectId: params.id, paths: body.paths }));
