import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listWorkFiles } from "#server/usecases/work-files.ts";

export const GET = endpoint(operations.listProjectFiles, ({ ctx, params, query }) => listWorkFiles(ctx, { projectId: params.id, ...query }));
