import type { CommitId } from "#lib/domain/ids.ts";
import type { WorkingCopyView } from "#lib/domain/project.ts";
import { suggestMessage } from "#lib/project/suggest-message.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { countNotebookChanges } from "./count-notebook-changes.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { askingPerson, findPlace, type WorkingPlace } from "./hold-working-copy.ts";
import { readStanding } from "./read-standing.ts";
import { changesBetween, savedTree, type Work, workTree } from "./read-work.ts";
import { shownChanges } from "./shown-changes.ts";
import { newestOf, versionAt } from "./version-lookup.ts";

/** State of one's own working copy. Asked every few seconds by an open page: files that did not change are not read again. */
export async function showWorkingCopy(ctx: Context, input: { projectId: string }): Promise<Result<WorkingCopyView>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  const place = await findPlace(ctx, project.value, person.value);
  if (!place) return ok(notMade(project.value, (await behindOf(ctx, project.value, null)) ?? 0));
  const standing = await readStanding(ctx, place);
  // Its folder was taken away: the next opening makes it afresh.
  if (!standing.ok && standing.failure.code === "conflict") return ok(notMade(project.value, (await behindOf(ctx, project.value, null)) ?? 0));
  if (!standing.ok) return standing;
  const { base: tree, work } = standing.value;
  const { baseCommit } = standing.value.place.row;
  const base = baseCommit === null ? ok(null) : await versionAt(ctx, project.value.repositoryId, baseCommit);
  if (!base.ok) return base;
  const changes = changesBetween(workTree(tree), savedTree(work));
  return ok({
    projectId: project.value.id,
    made: baseCommit !== null || work.size > 0,
    folder: place.folder,
    base: base.value,
    ...shownChanges(changes),
    behind: (await behindOf(ctx, project.value, baseCommit)) ?? 0,
    tooLarge: tooLarge(ctx, place, work, changes),
    suggestedMessage: suggestMessage(changes, await countNotebookChanges(ctx, place, tree, work, changes)),
  });
}

function notMade(project: ReadyProject, behind: number): WorkingCopyView {
  return { projectId: project.id, made: false, folder: "", base: null, changes: [], changeCount: 0, behind, tooLarge: [], suggestedMessage: "" };
}

/** Null where it cannot be told just now. */
async function behindOf(ctx: Context, { repositoryId }: ReadyProject, base: CommitId | null): Promise<number | null> {
  const newest = await newestOf(ctx, repositoryId);
  if (!newest.ok) return null;
  if (newest.value === null || newest.value === base) return 0;
  const [last, own] = await Promise.all([versionAt(ctx, repositoryId, newest.value), base === null ? null : versionAt(ctx, repositoryId, base)]);
  // A line of one's own may count as far as the project's: it is behind all the same.
  return last.ok ? Math.max(1, last.value.number - (own?.ok ? own.value.number : 0)) : null;
}

function tooLarge(ctx: Context, place: WorkingPlace, work: Work, changes: WorkingCopyView["changes"]): WorkingCopyView["tooLarge"] {
  const limitBytes = ctx.config.projects.fileBytes;
  return changes.flatMap(({ path }) => {
    const file = work.get(path);
    // Of a notebook that leaves its outputs behind, the size says little.
    const isLarge = file !== undefined && file.bytes > limitBytes && (place.project.keepOutputs || file.saved === file.blob);
    return isLarge ? [{ path, bytes: file.bytes, limitBytes }] : [];
  });
}
