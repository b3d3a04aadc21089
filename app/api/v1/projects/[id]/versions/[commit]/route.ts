import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { showVersion } from "#server/usecases/show-version.ts";

export const GET = endpoint(operations.showVersion, ({ ctx, params }) => showVersion(ctx, { projectId: params.id, commit: params.commit }));
