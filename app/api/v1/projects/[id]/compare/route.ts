import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { compareVersions } from "#server/usecases/compare-versions.ts";

export const GET = endpoint(operations.compareVersions, ({ ctx, params, query }) => compareVersions(ctx, { projectId: params.id, ...query }));
