import type { PreparedCopy } from "#lib/domain/project.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { askingPerson, type HeldPlace, holdWorkingCopy, type Person } from "./hold-working-copy.ts";
import { settleWorkFolder } from "./settle-work-folder.ts";
import { finishUpdate, type UpdatedPlace, type UpdateProgress, updateFiles } from "./update-files.ts";
import { newestOf, versionAt } from "./version-lookup.ts";

export type PrepareWorkingCopy = {
  readonly projectId: string;
  /** Whose; the asking person where nobody is named. Only the server itself prepares for somebody else. */
  readonly user?: Person | undefined;
  /** Files done, of all that change. */
  readonly onProgress?: UpdateProgress | undefined;
};

/** Makes somebody's working copy of a project, or brings it up to the newest version. What they changed is merged, never overwritten. */
export async function prepareWorkingCopy(ctx: Context, input: PrepareWorkingCopy): Promise<Result<PreparedCopy>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const person = ctx.actor.kind === "system" && input.user ? ok(input.user) : await askingPerson(ctx);
  if (!person.ok) return person;
  return holdWorkingCopy(ctx, project.value, person.value, (place) => prepareHeld(ctx, place, input.onProgress));
}

async function prepareHeld(ctx: Context, held: HeldPlace, onProgress?: UpdateProgress): Promise<Result<PreparedCopy>> {
  const found = await settleWorkFolder(ctx, held);
  if (!found.ok) return found;
  const updated = await bringUpToDate(ctx, found.value, onProgress);
  if (!updated.ok) return updated;
  const { place, notes } = updated.value;
  const { baseCommit } = place.row;
  const base = baseCommit === null ? ok(null) : await versionAt(ctx, place.project.repositoryId, baseCommit);
  return base.ok ? ok({ folder: place.folder, base: base.value, merged: notes }) : base;
}

async function bringUpToDate(ctx: Context, place: HeldPlace, onProgress?: UpdateProgress): Promise<Result<UpdatedPlace>> {
  const newest = await newestOf(ctx, place.project.repositoryId);
  if (!newest.ok) return newest;
  return newest.value === null ? finishUpdate(ctx, place) : updateFiles(ctx, place, newest.value, onProgress);
}
