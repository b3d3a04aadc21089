import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { shareRun } from "#server/usecases/share-run.ts";

export const POST = endpoint(operations.shareRun, ({ ctx, params, body }) => shareRun(ctx, { id: params.id, shared: body.shared }));
