import type { Context } from "#server/context.ts";
import type { ReadyProject } from "./find-project.ts";

/** Whether the project's owner, whoever looks at it, has room for another build among those that wait or are being made. */
export async function mayBegin(ctx: Context, project: Pick<ReadyProject, "ownerId">): Promise<boolean> {
  return (await ctx.store.countOpenBuilds(project.ownerId)) < ctx.config.builds.perPerson;
}
