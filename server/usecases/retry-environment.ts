import type { BuildState, EnvironmentView } from "#lib/domain/environment.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { limitRate } from "./limit-rate.ts";
import { noteEnvironment } from "./note-environment.ts";
import { viewOf } from "./show-environment.ts";

/** Looks at the newest version again, and has what failed, was cancelled or is not there any more made once more. */
export async function retryEnvironment(ctx: Context, input: { readonly projectId: string }): Promise<Result<EnvironmentView>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  if (ctx.actor.kind === "user") {
    const limited = await limitRate(ctx, "environment:user", ctx.actor.userId);
    if (!limited.ok) return limited;
  }
  const commit = await ctx.forge.resolve(project.value.repositoryId, "main");
  if (!commit.ok)
    return commit.failure.code === "not_found" ? fail("conflict", "Save a version first: there is nothing to make an environment of yet.") : commit;
  const noted = await noteEnvironment(ctx, project.value, commit.value);
  if (!noted.ok) return noted;
  const wanted = noted.value?.wanted;
  const { perPerson } = ctx.config.builds;
  if (wanted && isOver(wanted.state) && (await ctx.store.countOpenBuilds(project.value.ownerId)) >= perPerson)
    return fail("too_many", `As many environments wait or are being made as one person may have (${perPerson}). Cancel one of them, or wait for it.`);
  if (wanted) await ctx.store.retryBuild(wanted.id, { projectId: project.value.id, commit: commit.value }, ctx.now());
  return ok(await viewOf(ctx, project.value, await ctx.store.findProjectEnvironment(project.value.id)));
}

function isOver(state: BuildState): boolean {
  return state === "failed" || state === "cancelled" || state === "removed";
}
