import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { claimRun } from "#server/usecases/claim-run.ts";

export const POST = endpoint(operations.claimRun, ({ ctx, params, body, visitorId }) => claimRun(ctx, { id: params.id, key: body.key, visitorId }));
