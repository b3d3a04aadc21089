import { ok } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import { operations } from "#server/next/api/operations.ts";
import { endpoint } from "#server/next/endpoint.ts";
import { createProject } from "#server/usecases/create-project.ts";
import { listOwnProjects } from "#server/usecases/list-own-projects.ts";
import { listProjects } from "#server/usecases/list-projects.ts";

export const GET = endpoint(operations.listProjects, async ({ ctx, query }) => {
  const { mine, trash, ...page } = query;
  return mine || trash ? listOwnProjects(ctx, { ...page, trash }) : listProjects(ctx, page);
});

export const POST = endpoint(operations.createProject, async ({ ctx, body }) => {
  const made = await createProject(ctx, body);
  return made.ok ? { result: ok(made.value), headers: { location: routes.api.project(made.value.id) } } : made;
});
