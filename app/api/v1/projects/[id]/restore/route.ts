import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { restoreProject } from "#server/usecases/trash-project.ts";

export const POST = endpoint(operations.restoreProject, async ({ ctx, params }) => restoreProject(ctx, { projectId: params.id }));
