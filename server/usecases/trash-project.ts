import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { Queries } from "#server/ports/store.ts";
import { type FoundProject, findAnyProject, noProject } from "./find-project.ts";
import { stopMaking } from "./make-project.ts";
import { tellGallery } from "./tell-gallery.ts";
import { projectSubject } from "./worksheet-card.ts";

/** Until when the deletion can be undone; null where there was nothing to keep. */
export type TrashedProject = { readonly id: string; readonly restorableUntil: string | null };

/** Puts a project into the trash. One that is still being made, or could not be, is taken back without a trace. */
export async function trashProject(ctx: Context, input: { projectId: string }): Promise<Result<TrashedProject>> {
  const found = await findOwned(ctx, input.projectId);
  if (!found.ok) return found;
  const project = found.value;
  if (project.state !== "ready") return takeBack(ctx, project);
  const now = ctx.now();
  await ctx.store.transaction(async (tx) => {
    if (!(await tx.trashProject(project.id, now))) return;
    await stopLabs(tx, project, now);
    await tellGallery(tx, project.id, project.slug);
  });
  return ok({ id: project.id, restorableUntil: restorableUntil(ctx, { trashedAt: project.trashedAt ?? now }) });
}

/** Takes a project out of the trash again. */
export async function restoreProject(ctx: Context, input: { projectId: string }): Promise<Result<{ readonly id: string; readonly slug: string }>> {
  const found = await findOwned(ctx, input.projectId);
  if (!found.ok) return found;
  const project = found.value;
  if (project.state !== "ready") return noProject;
  await ctx.store.transaction(async (tx) => {
    if (await tx.restoreProject(project.id)) await tellGallery(tx, project.id, project.slug);
  });
  return ok({ id: project.id, slug: project.slug });
}

export function restorableUntil(ctx: Pick<Context, "config">, project: { readonly trashedAt: Date | null }): string | null {
  return project.trashedAt === null ? null : new Date(project.trashedAt.getTime() + ctx.config.projects.trashDays * 86_400_000).toISOString();
}

/** Also one in the trash or half-made, which nobody but those who administer it hears of. */
async function findOwned(ctx: Context, idOrSlug: string): Promise<Result<FoundProject>> {
  const project = await findAnyProject(ctx, idOrSlug);
  if (!project) return noProject;
  const subject = projectSubject(ctx, project);
  if (can(ctx.actor, "project:administer", subject)) return ok(project);
  const visible = project.state === "ready" && project.trashedAt === null && can(ctx.actor, "project:read", subject);
  return visible ? fail("forbidden", "Only its owner can do that.") : noProject;
}

async function takeBack(ctx: Context, project: FoundProject): Promise<Result<TrashedProject>> {
  stopMaking(project.id);
  const gone = await ctx.store.deleteUnmadeProject(project.id);
  // What makes it may be at work in there: it finds its row gone and removes the repository itself; twice is harmless.
  if (gone?.repositoryId) await ctx.forge.deleteRepository(gone.repositoryId);
  if (gone) return ok({ id: project.id, restorableUntil: null });
  return fail("conflict", "It has just been finished. Delete it again.");
}

/** Files stay where they are, in the homes of those who worked on them. */
async function stopLabs(tx: Queries, project: FoundProject, now: Date): Promise<void> {
  for (const id of await tx.listOpenLabsOf(project.id)) await tx.requestLabStop(id, "project_deleted", now);
}
