import type { UpstreamView } from "#lib/domain/project.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { shownChanges } from "./shown-changes.ts";
import { newestOf, versionAt } from "./version-lookup.ts";

/** What the project that this one was copied from has that was not taken over yet. */
export async function showUpstream(ctx: Context, input: { projectId: string }): Promise<Result<UpstreamView>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const upstream = await findUpstream(ctx, project.value);
  if (!upstream.ok) return upstream;
  const { repositoryId, ownerId, slug, title } = upstream.value;
  const owner = await ctx.store.findUser(ownerId);
  const shown = { slug, title, owner: owner?.displayName ?? "" };
  const newest = await newestOf(ctx, repositoryId);
  if (!newest.ok) return newest;
  if (newest.value === null) return ok({ upstream: shown, newest: null, newer: 0, changes: [], changeCount: 0 });
  const version = await versionAt(ctx, repositoryId, newest.value);
  if (!version.ok) return version;
  const taken = project.value.upstreamCommit;
  if (taken === newest.value) return ok({ upstream: shown, newest: version.value, newer: 0, changes: [], changeCount: 0 });
  const [changes, former] = await Promise.all([
    ctx.forge.compare(repositoryId, taken, newest.value),
    taken === null ? null : versionAt(ctx, repositoryId, taken),
  ]);
  if (!changes.ok) return changes;
  const newer = Math.max(1, version.value.number - (former?.ok ? former.value.number : 0));
  return ok({ upstream: shown, newest: version.value, newer, ...shownChanges(changes.value) });
}

/** One that the asking person may not read does not exist for them. */
export async function findUpstream(ctx: Context, project: ReadyProject): Promise<Result<ReadyProject>> {
  if (project.upstreamId === null) return fail("not_found", "This project is no copy of another one.");
  const upstream = await findProjectFor(ctx, project.upstreamId, "project:read");
  return upstream.ok ? upstream : fail("not_found", "The project that this one was copied from is no longer there.");
}
