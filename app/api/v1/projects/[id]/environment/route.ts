import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { cancelEnvironment } from "#server/usecases/cancel-environment.ts";
import { retryEnvironment } from "#server/usecases/retry-environment.ts";
import { showEnvironment } from "#server/usecases/show-environment.ts";

export const GET = endpoint(operations.showEnvironment, ({ ctx, params }) => showEnvironment(ctx, { projectId: params.id }));

export const POST = endpoint(operations.retryEnvironment, ({ ctx, params }) => retryEnvironment(ctx, { projectId: params.id }));

export const DELETE = endpoint(operations.cancelEnvironment, ({ ctx, params }) => cancelEnvironment(ctx, { projectId: params.id }));
