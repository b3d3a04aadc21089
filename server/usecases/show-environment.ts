import type { EnvironmentView } from "#lib/domain/environment.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { ProjectEnvironment } from "#server/ports/store.ts";
import { environmentView } from "./environment-view.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { labEnvironment } from "./lab-environment.ts";
import { mayBegin } from "./may-begin-build.ts";
import { noteEnvironment } from "./note-environment.ts";

/** What a project's newest version asks for, how its build is, and what runs stand on meanwhile. */
export async function showEnvironment(ctx: Context, input: { readonly projectId: string }): Promise<Result<EnvironmentView>> {
  const project = await findProjectFor(ctx, input.projectId, "project:read");
  if (!project.ok) return project;
  const noted = await environmentOf(ctx, project.value);
  return noted.ok ? ok(await viewOf(ctx, project.value, noted.value)) : noted;
}

/** As it was noted; of a version that nobody looked at yet (one that came by an import, say) it is noted now. */
export async function environmentOf(ctx: Context, project: ReadyProject): Promise<Result<ProjectEnvironment | null>> {
  const known = await ctx.store.findProjectEnvironment(project.id);
  const newest = await ctx.forge.resolve(project.repositoryId, "main");
  if (!newest.ok) return newest.failure.code === "not_found" ? ok(null) : newest;
  if (known?.commit !== newest.value) return noteEnvironment(ctx, project, newest.value);
  // Whether it is its turn is cheap to tell; what its files ask for is not, and everybody who looks would have it read.
  return known.waits && (await mayBegin(ctx, project)) ? noteEnvironment(ctx, project, newest.value) : ok(known);
}

export async function viewOf(ctx: Context, project: ReadyProject, environment: ProjectEnvironment | null): Promise<EnvironmentView> {
  const { wanted } = environment ?? {};
  const { actor } = ctx;
  const [usualMs, inLabs] = await Promise.all([
    wanted ? ctx.store.usualBuildMs(wanted.adapter, wanted.kind) : null,
    actor.kind === "user" ? labEnvironment(ctx, project.id, actor.userId) : ({ use: "site" } as const),
  ]);
  return environmentView(environment, usualMs, inLabs.use);
}
