import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { cancelRun } from "#server/usecases/cancel-run.ts";
import { showRun } from "#server/usecases/show-run.ts";

export const GET = endpoint(operations.showRun, ({ ctx, params }) => showRun(ctx, params));
export const DELETE = endpoint(operations.cancelRun, ({ ctx, params }) => cancelRun(ctx, params));
