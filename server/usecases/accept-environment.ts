import type { EnvironmentView } from "#lib/domain/environment.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { labEnvironment } from "./lab-environment.ts";
import { viewOf } from "./show-environment.ts";

/** `digest`: of the environment that the person was shown; another one has to be agreed to anew. */
export type AcceptEnvironment = { readonly projectId: string; readonly digest: string };

/** Agrees to have the environment that came with a copy in one's own labs, from the next one that is opened. */
export async function acceptEnvironment(ctx: Context, input: AcceptEnvironment): Promise<Result<EnvironmentView>> {
  const project = await findProjectFor(ctx, input.projectId, "lab:open");
  if (!project.ok) return project;
  if (ctx.actor.kind !== "user") return fail("unauthenticated", "Sign in first.");
  const found = await labEnvironment(ctx, project.value.id, ctx.actor.userId);
  if (found.use === "site" || found.build.digest !== input.digest)
    return fail("conflict", "This project's environment has changed meanwhile. Look at what it brings now, and agree to that.");
  await ctx.store.acceptEnvironment(ctx.actor.userId, found.build.id, ctx.now());
  return ok(await viewOf(ctx, project.value, await ctx.store.findProjectEnvironment(project.value.id)));
}
