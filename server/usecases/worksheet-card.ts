import type { WorksheetCard } from "#lib/domain/worksheet.ts";
import type { ProjectSubject } from "#lib/policy.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import type { Project, WorksheetRow } from "#server/ports/store.ts";

export function worksheetCard({ worksheet, project, areaTitle }: WorksheetRow): WorksheetCard {
  const { thumbnail } = worksheet;
  return {
    id: worksheet.id,
    slug: worksheet.slug,
    title: worksheet.title,
    summary: worksheet.summary,
    area: { slug: worksheet.areaSlug, title: areaTitle },
    tags: worksheet.tags,
    author: worksheet.authorName,
    project: { slug: project.slug, title: project.title },
    language: worksheet.language,
    official: worksheet.official,
    thumbnail: thumbnail && { url: routes.thumbnail(thumbnail.digest), width: thumbnail.width, height: thumbnail.height, alt: thumbnail.alt },
    resultAt: worksheet.resultAt?.toISOString() ?? null,
    publishedAt: worksheet.publishedAt.toISOString(),
  };
}

/** What the policy asks about a project. Groups do not exist yet: nobody has a role in one. */
export function projectSubject(ctx: Context, project: Pick<Project, "ownerId" | "visibility">): ProjectSubject {
  return { ownerId: project.ownerId, visibility: project.visibility, groupRole: null, visitorsMayRun: ctx.config.visitor.mayRun };
}

/** A worksheet that was taken back is its owner's alone. */
export function worksheetSubject(ctx: Context, { worksheet, project }: WorksheetRow): ProjectSubject {
  const visibility = worksheet.unpublishedAt === null ? worksheet.visibility : "private";
  return projectSubject(ctx, { ownerId: project.ownerId, visibility });
}
