import type { CommitId } from "#lib/domain/ids.ts";
import type { Comparison, VersionView } from "#lib/domain/project.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { askingPerson, findPlace } from "./hold-working-copy.ts";
import { changesBetween, readWork, savedTree, workTree } from "./read-work.ts";
import { shownChanges } from "./shown-changes.ts";
import { readableVersion, treeOf, versionAt } from "./version-lookup.ts";

export type CompareVersions = {
  readonly projectId: string;
  /** A version, "newest", or "base": what one's own working copy was made from. */
  readonly from: string;
  /** A version, "newest", or "working": one's own working copy. */
  readonly to: string;
};

/** How two states of a project differ. One's own working copy is seen by who may write the project. */
export async function compareVersions(ctx: Context, input: CompareVersions): Promise<Result<Comparison>> {
  const isOwn = input.from === "base" || input.to === "working";
  const project = await findProjectFor(ctx, input.projectId, isOwn ? "project:write" : "project:read");
  if (!project.ok) return project;
  if (isOwn) return compareOwn(ctx, project.value, input);
  const from = await readableVersion(ctx, project.value, input.from);
  if (!from.ok) return from;
  const to = await readableVersion(ctx, project.value, input.to);
  if (!to.ok) return to;
  const changes = await ctx.forge.compare(project.value.repositoryId, from.value, to.value);
  return changes.ok ? compared(ctx, project.value, from.value, to.value, changes.value) : changes;
}

async function compareOwn(ctx: Context, project: ReadyProject, input: CompareVersions): Promise<Result<Comparison>> {
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  const place = await findPlace(ctx, project, person.value);
  const base = place?.row.baseCommit ?? null;
  const from = input.from === "base" ? ok(base) : await readableVersion(ctx, project, input.from);
  if (!from.ok) return from;
  const before = await treeOf(ctx, project.repositoryId, from.value);
  if (!before.ok) return before;
  if (input.to !== "working" || !place) {
    const to = input.to === "working" ? ok(base) : await readableVersion(ctx, project, input.to);
    if (!to.ok) return to;
    const after = await treeOf(ctx, project.repositoryId, to.value);
    return after.ok ? compared(ctx, project, from.value, to.value, changesBetween(before.value, after.value)) : after;
  }
  const baseTree = await treeOf(ctx, project.repositoryId, base);
  if (!baseTree.ok) return baseTree;
  const work = await readWork(ctx, place, baseTree.value);
  return work.ok ? compared(ctx, project, from.value, null, changesBetween(workTree(before.value), savedTree(work.value))) : work;
}

async function compared(
  ctx: Context,
  { repositoryId }: ReadyProject,
  from: CommitId | null,
  to: CommitId | null,
  changes: Comparison["changes"],
): Promise<Result<Comparison>> {
  const [before, after] = await Promise.all(
    [from, to].map((one): Promise<Result<VersionView | null>> => (one === null ? Promise.resolve(ok(null)) : versionAt(ctx, repositoryId, one))),
  );
  if (!before?.ok) return before ?? ok({ from: null, to: null, changes: [], changeCount: 0 });
  if (!after?.ok) return after ?? ok({ from: null, to: null, changes: [], changeCount: 0 });
  return ok({ from: before.value, to: after.value, ...shownChanges(changes) });
}
