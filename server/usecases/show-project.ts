import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Page, WorksheetCard } from "#lib/domain/worksheet.ts";
import { renderMarkdown } from "#lib/markdown.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { pageOfWorksheets } from "./list-worksheets.ts";
import { projectSubject } from "./worksheet-card.ts";

export type ProjectView = {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly area: { readonly slug: string; readonly title: string };
  readonly owner: string;
  /** The README, rendered safely; null where there is none. */
  readonly readmeHtml: string | null;
  readonly worksheets: Page<WorksheetCard>;
};

const readmeBytes = 256 * 1024;

export async function showProject(ctx: Context, input: { slug: string; cursor?: string | undefined }): Promise<Result<ProjectView>> {
  const project = await ctx.store.findProject(input.slug);
  if (project?.state !== "ready" || !can(ctx.actor, "project:read", projectSubject(ctx, project))) return fail("not_found", "No such project.");
  const worksheets = await pageOfWorksheets(ctx, { project: project.id, cursor: input.cursor });
  if (!worksheets.ok) return worksheets;
  const owner = await ctx.store.findUser(project.ownerId);
  return ok({
    id: project.id,
    slug: project.slug,
    title: project.title,
    description: project.description,
    area: { slug: project.areaSlug, title: project.areaTitle },
    owner: owner?.displayName ?? "",
    readmeHtml: project.repositoryId === null ? null : await readReadme(ctx, project.repositoryId),
    worksheets: worksheets.value,
  });
}

/** A page without its README is better than no page: what the forge cannot give is left out, and logged. */
async function readReadme(ctx: Context, repository: RepositoryId): Promise<string | null> {
  const commit: Result<CommitId> = await ctx.forge.resolve(repository, "main");
  const file = commit.ok ? await ctx.forge.readFile(repository, commit.value, "README.md", readmeBytes) : commit;
  if (file.ok) return renderMarkdown(new TextDecoder().decode(file.value));
  if (file.failure.code !== "not_found") ctx.log.warn({ repository, code: file.failure.code }, "README cannot be read");
  return null;
}
