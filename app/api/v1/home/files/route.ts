import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listHomeFiles } from "#server/usecases/list-home-files.ts";

export const GET = endpoint(operations.listHomeFiles, async ({ ctx, query }) => listHomeFiles(ctx, { ...query, hidden: query.hidden === "true" }));
