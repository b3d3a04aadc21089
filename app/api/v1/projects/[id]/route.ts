import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { showProject } from "#server/usecases/show-project.ts";
import { trashProject } from "#server/usecases/trash-project.ts";
import { updateProject } from "#server/usecases/update-project.ts";

export const GET = endpoint(operations.showProject, async ({ ctx, params, query }) => showProject(ctx, { slug: params.id, cursor: query.cursor }));
export const PATCH = endpoint(operations.updateProject, async ({ ctx, params, body }) => updateProject(ctx, { projectId: params.id, ...body }));
export const DELETE = endpoint(operations.trashProject, async ({ ctx, params }) => trashProject(ctx, { projectId: params.id }));
