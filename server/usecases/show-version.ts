import type { VersionDetails } from "#lib/domain/project.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { shownChanges } from "./shown-changes.ts";
import { newestOf, readableVersion, versionAt, versionView } from "./version-lookup.ts";

/** A version with what it changed against the one before it. */
export async function showVersion(ctx: Context, input: { projectId: string; commit?: string | undefined }): Promise<Result<VersionDetails>> {
  const project = await findProjectFor(ctx, input.projectId, "project:read");
  if (!project.ok) return project;
  const { repositoryId } = project.value;
  const commit = await readableVersion(ctx, project.value, input.commit);
  if (!commit.ok) return commit;
  const page = await ctx.forge.history(repositoryId, commit.value, { limit: 1 });
  if (!page.ok) return page;
  const version = page.value.versions[0];
  const parent = version?.parents[0] ?? null;
  const [changes, newest, shown, before] = await Promise.all([
    ctx.forge.compare(repositoryId, parent, commit.value),
    newestOf(ctx, repositoryId),
    version ? ok(versionView(version)) : versionAt(ctx, repositoryId, commit.value),
    parent === null ? ok(null) : versionAt(ctx, repositoryId, parent),
  ]);
  if (!changes.ok) return changes;
  if (!newest.ok) return newest;
  if (!shown.ok) return shown;
  if (!before.ok) return before;
  return ok({ version: shown.value, before: before.value, newest: newest.value === commit.value, ...shownChanges(changes.value) });
}
