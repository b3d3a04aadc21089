import type { MadeProject, ProjectTemplate } from "#lib/domain/project.ts";
import type { ProjectType, Visibility } from "#lib/domain/worksheet.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { templateFiles } from "#server/templates/templates.ts";
import { authorOf } from "./author-of.ts";
import { mayMake, wordsProblem } from "./make-checks.ts";
import { makeProject } from "./make-project.ts";

export type CreateProject = {
  readonly title: string;
  readonly type: ProjectType;
  readonly visibility: Visibility;
  readonly description?: string | undefined;
  readonly areaSlug?: string | undefined;
  readonly template?: ProjectTemplate | "blank" | undefined;
  /** Without one it is made of the title. */
  readonly slug?: string | undefined;
};

/** Makes a project of one's own, blank or from a template. */
export async function createProject(ctx: Context, input: CreateProject): Promise<Result<MadeProject>> {
  const maker = await mayMake(ctx);
  if (!maker.ok) return maker;
  const problem = wordsProblem(input);
  if (problem) return problem;
  const words = { title: input.title.trim(), description: input.description?.trim() ?? "" };
  const owner = maker.value;
  return makeProject(ctx, { ...input, ...words, owner }, async (making) => {
    const repository = await ctx.forge.createRepository(`${owner.username}/${making.projectId}`);
    if (!repository.ok) return repository;
    await making.keepRepository(repository.value);
    const committed = await ctx.forge.commit(repository.value, {
      ref: "main",
      parent: null,
      message: "Begin\n",
      author: authorOf(owner, ctx.now()),
      changes: templateFiles(input.template ?? "blank", input.type, words),
    });
    return committed.ok ? ok({}) : committed;
  });
}
