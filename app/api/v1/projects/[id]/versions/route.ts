import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { listVersions } from "#server/usecases/list-versions.ts";
import { saveVersion } from "#server/usecases/save-version.ts";

export const GET = endpoint(operations.listVersions, ({ ctx, params, query }) => listVersions(ctx, { projectId: params.id, ...query }));

export const POST = endpoint(operations.saveVersion, ({ ctx, params, body }) => saveVersion(ctx, { projectId: params.id, ...body }));
