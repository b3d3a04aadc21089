import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { ProjectView } from "#lib/domain/project.ts";
import { nearbyInVersion } from "#lib/files/nearby-files.ts";
import { renderMarkdown } from "#lib/markdown.ts";
import { can, type ProjectSubject } from "#lib/policy.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type FoundProject, findAnyProject, noProject } from "./find-project.ts";
import { stateOf } from "./list-own-projects.ts";
import { pageOfWorksheets } from "./list-worksheets.ts";
import { restorableUntil } from "./trash-project.ts";
import { newestOf, versionAt } from "./version-lookup.ts";
import { projectSubject } from "./worksheet-card.ts";

export type ShowProject = { readonly slug: string; readonly cursor?: string | undefined };

const readmeBytes = 256 * 1024;
const copiesShown = 10;

/**
 * All that a project's page shows, by id, address or former address: where `slug` is not what was asked for, the page sends
 * people on to the address of now. One that is being made or could not be is its owner's alone, and so is one in the trash.
 */
export async function showProject(ctx: Context, input: ShowProject): Promise<Result<ProjectView>> {
  const project = await findAnyProject(ctx, input.slug);
  if (!project) return noProject;
  const subject = projectSubject(ctx, project);
  const settled = project.state === "ready" && project.trashedAt === null;
  if (!can(ctx.actor, settled ? "project:read" : "project:administer", subject)) return noProject;
  const worksheets = settled ? await pageOfWorksheets(ctx, { project: project.id, cursor: input.cursor }) : ok({ items: [], next: null });
  if (!worksheets.ok) return worksheets;
  const [owner, contents, relations] = await Promise.all([ctx.store.findUser(project.ownerId), readContents(ctx, project), readRelations(ctx, project)]);
  return ok({
    id: project.id,
    slug: project.slug,
    title: project.title,
    description: project.description,
    type: project.type,
    visibility: project.visibility,
    official: project.official,
    area: { slug: project.areaSlug, title: project.areaTitle },
    owner: { username: owner?.username ?? "", displayName: owner?.displayName ?? "" },
    createdAt: project.createdAt.toISOString(),
    updatedAt: project.updatedAt.toISOString(),
    state: stateOf(project),
    progress: project.state === "creating" ? project.progress : null,
    problem: project.problem,
    restorableUntil: restorableUntil(ctx, project),
    keepOutputs: project.keepOutputs,
    ...contents,
    worksheets: worksheets.value,
    ...relations,
    may: permissions(ctx, subject, settled),
  });
}

function permissions({ actor }: Context, subject: ProjectSubject, settled: boolean): ProjectView["may"] {
  return {
    write: settled && can(actor, "project:write", subject),
    administer: can(actor, "project:administer", subject),
    copy: settled && can(actor, "project:copy", subject),
    curate: settled && can(actor, "project:curate", null),
  };
}

/** A page without its README is better than no page: what the forge cannot give is left out, and logged. */
async function readContents(ctx: Context, { slug, repositoryId, state }: FoundProject): Promise<Pick<ProjectView, "version" | "readmeHtml">> {
  if (repositoryId === null || state !== "ready") return { version: null, readmeHtml: null };
  const commit = await newestOf(ctx, repositoryId);
  if (!commit.ok || commit.value === null) {
    if (!commit.ok) ctx.log.warn({ repository: repositoryId, code: commit.failure.code }, "a project's newest version cannot be read");
    return { version: null, readmeHtml: null };
  }
  const [version, readmeHtml] = await Promise.all([versionAt(ctx, repositoryId, commit.value), readReadme(ctx, slug, repositoryId, commit.value)]);
  return { version: version.ok ? version.value : null, readmeHtml };
}

async function readReadme(ctx: Context, slug: string, repository: RepositoryId, commit: CommitId): Promise<string | null> {
  const file = await ctx.forge.readFile(repository, commit, "README.md", readmeBytes);
  const files = nearbyInVersion({ slug, commit, path: "README.md" });
  if (file.ok) return renderMarkdown(new TextDecoder().decode(file.value), { files });
  if (file.failure.code !== "not_found") ctx.log.warn({ repository, code: file.failure.code }, "README cannot be read");
  return null;
}

/** Where it was copied from and what was copied from it, as far as the asking person may read that. */
async function readRelations(ctx: Context, project: FoundProject): Promise<Pick<ProjectView, "upstream" | "copies">> {
  const reader = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  const [upstream, copies] = await Promise.all([findUpstream(ctx, project), ctx.store.listCopies(project.id, reader, copiesShown)]);
  return { upstream, copies: { count: copies.count, shown: copies.shown.map(({ slug, title, owner }) => ({ slug, title, owner })) } };
}

async function findUpstream(ctx: Context, project: FoundProject): Promise<ProjectView["upstream"]> {
  const upstream = project.upstreamId === null ? null : await ctx.store.findRelatedProject(project.upstreamId);
  if (upstream?.state !== "ready" || upstream.trashedAt !== null || !can(ctx.actor, "project:read", projectSubject(ctx, upstream))) return null;
  const head = upstream.repositoryId === null ? null : await newestOf(ctx, upstream.repositoryId);
  const newer = head?.ok === true && head.value !== null && head.value !== project.upstreamCommit;
  return { slug: upstream.slug, title: upstream.title, owner: upstream.owner, newer };
}
