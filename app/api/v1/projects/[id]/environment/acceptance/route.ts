import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { acceptEnvironment } from "#server/usecases/accept-environment.ts";

export const POST = endpoint(operations.acceptEnvironment, ({ ctx, params, body }) => acceptEnvironment(ctx, { projectId: params.id, digest: body.digest }));
