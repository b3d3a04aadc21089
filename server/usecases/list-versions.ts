import type { CommitId } from "#lib/domain/ids.ts";
import type { VersionView } from "#lib/domain/project.ts";
import type { Page } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { newestOf, readableVersion, versionView } from "./version-lookup.ts";

export type ListVersions = {
  readonly projectId: string;
  /** Only versions that changed this file. */
  readonly path?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

const limits = { usual: 30, most: 100 };

/** Versions along the project's line, the newest first. */
export async function listVersions(ctx: Context, input: ListVersions): Promise<Result<Page<VersionView>>> {
  const project = await findProjectFor(ctx, input.projectId, "project:read");
  if (!project.ok) return project;
  const newest = await newestOf(ctx, project.value.repositoryId);
  if (!newest.ok) return newest;
  if (newest.value === null) return ok({ items: [], next: null });
  const after = input.cursor === undefined ? null : await readableVersion(ctx, project.value, input.cursor);
  if (after && !after.ok) return fail("invalid", "This page of the list cannot be found; begin with the first.", { fields: { cursor: "Unknown cursor." } });
  const page = await ctx.forge.history(project.value.repositoryId, newest.value, {
    limit: Math.min(Math.max(1, input.limit ?? limits.usual), limits.most),
    ...(after ? { after: after.value as CommitId } : {}),
    ...(input.path === undefined ? {} : { path: input.path }),
  });
  return page.ok ? ok({ items: page.value.versions.map(versionView), next: page.value.next }) : page;
}
