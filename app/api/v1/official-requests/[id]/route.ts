import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { decideOfficialRequest } from "#server/usecases/decide-official-request.ts";

export const POST = endpoint(operations.decideOfficialRequest, async ({ ctx, params, body }) => decideOfficialRequest(ctx, { requestId: params.id, ...body }));
