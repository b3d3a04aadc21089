import type { CommitId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { ProjectEnvironment } from "#server/ports/store.ts";
import { askForEnvironment } from "./ask-for-environment.ts";
import type { ReadyProject } from "./find-project.ts";

/**
 * Writes down what the newest version asks for, and has it made. What the project's runs stood on stays in use until it
 * is. Null where no engine has ever said what it can make. Callers authorise.
 */
export async function noteEnvironment(ctx: Context, project: ReadyProject, commit: CommitId): Promise<Result<ProjectEnvironment | null>> {
  const asked = await askForEnvironment(ctx, project, commit);
  if (!asked.ok) return asked;
  if (asked.value) {
    const { wanted, ...rest } = asked.value;
    await ctx.store.setProjectEnvironment({ projectId: project.id, commit, ...rest, wantedId: wanted?.id ?? null }, ctx.now());
  }
  return ok(await ctx.store.findProjectEnvironment(project.id));
}

/** The same after a version was saved: that it is saved matters more. */
export async function noteEnvironmentOf(ctx: Context, project: ReadyProject, commit: CommitId): Promise<void> {
  const noted = await noteEnvironment(ctx, project, commit).catch((error: unknown) => error);
  if (noted instanceof Error || !(noted as Result<unknown>).ok)
    ctx.log.warn({ project: project.id, err: noted }, "the environment of a version was not looked at; publishing does");
}
