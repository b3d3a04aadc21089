import type { ProjectAttempt } from "#lib/domain/project.ts";
import { can } from "#lib/policy.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type FoundProject, findAnyProject, noProject } from "./find-project.ts";
import { trashProject } from "./trash-project.ts";
import { projectSubject } from "./worksheet-card.ts";

/** What was typed for a project that could not be made, to be asked again: all but names and passwords, which are kept nowhere. */
export async function showAttempt(ctx: Context, input: { projectId: string }): Promise<Result<ProjectAttempt>> {
  const found = await findAttempt(ctx, input.projectId);
  if (!found.ok) return found;
  const { id, title, description, type, visibility, areaSlug, importUrl } = found.value;
  return ok({ projectId: id, title, description, type, visibility, areaSlug, url: importUrl });
}

/** Takes a failed attempt away where another one takes its place; what is no such attempt stays. */
export async function removeAttempt(ctx: Context, input: { projectId: string }): Promise<void> {
  const found = await findAttempt(ctx, input.projectId);
  if (found.ok) await trashProject(ctx, { projectId: found.value.id });
}

async function findAttempt(ctx: Context, idOrSlug: string): Promise<Result<FoundProject>> {
  const project = await findAnyProject(ctx, idOrSlug);
  return project?.state === "failed" && can(ctx.actor, "project:administer", projectSubject(ctx, project)) ? ok(project) : noProject;
}
