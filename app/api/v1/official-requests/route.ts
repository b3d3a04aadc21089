import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listOfficialRequests } from "#server/usecases/decide-official-request.ts";

export const GET = endpoint(operations.listOfficialRequests, async ({ ctx, query }) => listOfficialRequests(ctx, query));
