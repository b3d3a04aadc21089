import type { ProjectType, Visibility } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { projectSlugProblem } from "#lib/slug.ts";
import type { Context } from "#server/context.ts";
import type { ProjectChange } from "#server/ports/store.ts";
import { findProjectFor } from "./find-project.ts";
import { wordsProblem } from "./make-checks.ts";
import { tellGallery } from "./tell-gallery.ts";

export type UpdateProject = {
  readonly projectId: string;
  readonly title?: string | undefined;
  /** Links to the old address go on. */
  readonly slug?: string | undefined;
  readonly type?: ProjectType | undefined;
  readonly areaSlug?: string | undefined;
  readonly description?: string | undefined;
  readonly visibility?: Visibility | undefined;
  readonly keepOutputs?: boolean | undefined;
};

/** Changes what a project is called, where it stands and who sees it. */
export async function updateProject(ctx: Context, input: UpdateProject): Promise<Result<{ readonly id: string; readonly slug: string }>> {
  const found = await findProjectFor(ctx, input.projectId, "project:administer");
  if (!found.ok) return found;
  const project = found.value;
  const problem = wordsProblem(input) ?? (await placeProblem(ctx, input));
  if (problem) return problem;
  const slug = input.slug ?? project.slug;
  const renamed = await ctx.store.transaction(async (tx) => {
    if (slug !== project.slug && !(await tx.renameProject(project.id, project.slug, slug))) return false;
    await tx.changeProject(project.id, changeOf(input));
    const left = { ...(slug === project.slug ? {} : { slug: project.slug }), ...(input.areaSlug === undefined ? {} : { area: project.areaSlug }) };
    await tellGallery(tx, project.id, slug, left);
    return true;
  });
  if (!renamed) return fail("conflict", "There is a project with this address already.", { fields: { slug: "This address is taken." } });
  return ok({ id: project.id, slug });
}

async function placeProblem(ctx: Context, { slug, areaSlug }: UpdateProject): Promise<Result<never> | null> {
  const wrong = slug === undefined ? null : projectSlugProblem(slug);
  if (wrong !== null) return fail("invalid", wrong, { fields: { slug: wrong } });
  if (areaSlug !== undefined && !(await ctx.store.findArea(areaSlug))) return fail("invalid", "No such area.", { fields: { areaSlug: "No such area." } });
  return null;
}

function changeOf({ title, type, areaSlug, description, visibility, keepOutputs }: UpdateProject): ProjectChange {
  return {
    ...(title === undefined ? {} : { title: title.trim() }),
    ...(type === undefined ? {} : { type }),
    ...(areaSlug === undefined ? {} : { areaSlug }),
    ...(description === undefined ? {} : { description: description.trim() }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(keepOutputs === undefined ? {} : { keepOutputs }),
    // What nobody else may read stands on no shelf.
    ...(visibility === "private" ? { official: false } : {}),
  };
}
