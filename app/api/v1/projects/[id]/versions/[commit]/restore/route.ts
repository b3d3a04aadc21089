import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { restoreVersion } from "#server/usecases/restore-version.ts";

export const POST = endpoint(operations.restoreVersion, ({ ctx, params, body }) =>
  restoreVersion(ctx, { projectId: params.id, commit: params.commit, ...body }),
);
