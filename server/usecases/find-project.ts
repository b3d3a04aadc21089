import type { RepositoryId } from "#lib/domain/ids.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { Project } from "#server/ports/store.ts";
import { projectSubject } from "./worksheet-card.ts";

export type FoundProject = Project & { readonly areaTitle: string };
/** One whose files are there. */
export type ReadyProject = FoundProject & { readonly repositoryId: RepositoryId };

export const noProject = fail("not_found", "No such project.");

const refusals = {
  "project:read": "No such project.",
  "project:write": "Only those who may write this project can do that.",
  "project:administer": "Only its owner can do that.",
  "project:copy": "Copying needs an account of somebody who may make projects.",
  "worksheet:publish": "Only those who may write this project publish its worksheets.",
  "lab:open": "Only those who may write this project open it. Make a copy of it to work on.",
} as const;

/** A project that is there for use, by id, address or former address: neither half-made nor in the trash. What one may not read does not exist. */
export async function findProjectFor(ctx: Context, idOrSlug: string, permission: keyof typeof refusals): Promise<Result<ReadyProject>> {
  const project = await findAnyProject(ctx, idOrSlug);
  if (!project || project.trashedAt !== null || project.state !== "ready" || project.repositoryId === null) return noProject;
  const subject = projectSubject(ctx, project);
  if (!can(ctx.actor, "project:read", subject)) return noProject;
  if (!can(ctx.actor, permission, subject)) return fail("forbidden", refusals[permission]);
  return ok({ ...project, repositoryId: project.repositoryId });
}

/** Whatever state it is in; old addresses go on. Callers authorise. */
export async function findAnyProject(ctx: Pick<Context, "store">, idOrSlug: string): Promise<FoundProject | null> {
  const project = (await ctx.store.findProject(idOrSlug)) ?? (await ctx.store.findProjectByFormerSlug(idOrSlug));
  return project?.state === "deleting" ? null : project;
}
