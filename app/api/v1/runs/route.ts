import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listMyRuns } from "#server/usecases/list-my-runs.ts";

export const GET = endpoint(operations.listRuns, ({ ctx, query }) => listMyRuns(ctx, query));
