import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { setUnofficial } from "#server/usecases/decide-official-request.ts";

export const DELETE = endpoint(operations.setUnofficial, async ({ ctx, params }) => setUnofficial(ctx, { projectId: params.id }));
