import type { EnvironmentView } from "#lib/domain/environment.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { viewOf } from "./show-environment.ts";

/**
 * Ends the making of what a project asks for, or takes it out of the queue. What other people's projects wait for too
 * goes on. What runs stand on meanwhile stays.
 */
export async function cancelEnvironment(ctx: Context, input: { readonly projectId: string }): Promise<Result<EnvironmentView>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const { id, ownerId } = project.value;
  const wanted = (await ctx.store.findProjectEnvironment(id))?.wanted;
  if (wanted && (await ctx.store.isWantedByOthers(wanted.id, ownerId)))
    return fail("conflict", "Somebody else's project asks for the same environment and waits for it too: it goes on.");
  if (!wanted || !(await ctx.store.cancelBuild(wanted.id, ctx.now()))) return fail("conflict", "No environment is being made for this project.");
  return ok(await viewOf(ctx, project.value, await ctx.store.findProjectEnvironment(id)));
}
