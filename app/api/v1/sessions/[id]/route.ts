import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { showLab } from "#server/usecases/show-lab.ts";
import { stopLab } from "#server/usecases/stop-lab.ts";

export const GET = endpoint(operations.showLab, ({ ctx, params }) => showLab(ctx, params));
export const DELETE = endpoint(operations.stopLab, ({ ctx, params }) => stopLab(ctx, params));
