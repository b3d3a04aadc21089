import type { FileChange } from "#lib/domain/project.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { TreeFile } from "#server/ports/forge.ts";
import { findProjectFor } from "./find-project.ts";
import { askingPerson, findPlace, type HeldPlace, holdWorkingCopy } from "./hold-working-copy.ts";
import { settleStanding } from "./read-standing.ts";
import { changesBetween, savedTree, type WorkFile, workTree } from "./read-work.ts";

export type DiscardChanges = {
  readonly projectId: string;
  /** All where there is nothing. */
  readonly paths?: readonly string[] | undefined;
};
export type DiscardedChanges = { readonly discarded: readonly string[] };

/** Brings files of one's working copy back to what its version holds. What they held goes to the trash of one's home. */
export async function discardChanges(ctx: Context, input: DiscardChanges): Promise<Result<DiscardedChanges>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  if (!(await findPlace(ctx, project.value, person.value))) return fail("not_found", "You have no files of this project yet: open it first.");
  return holdWorkingCopy(ctx, project.value, person.value, async (place) => {
    const discarded = await discardHeld(ctx, place, input.paths ? new Set(input.paths) : null);
    return discarded.ok ? ok({ discarded: discarded.value }) : discarded;
  });
}

/** The same for a working copy that is held already. */
export async function discardHeld(ctx: Context, held: HeldPlace, paths: ReadonlySet<string> | null): Promise<Result<readonly string[]>> {
  const standing = await settleStanding(ctx, held);
  if (!standing.ok) return standing;
  const { place, work } = standing.value;
  const base = workTree(standing.value.base);
  const changes = changesBetween(base, savedTree(work)).filter(
    ({ path, from }) => paths === null || paths.has(path) || (from !== undefined && paths.has(from)),
  );
  for (const path of changes.flatMap(pathsOf)) {
    place.lost.throwIfAborted();
    const back = await bringBack(ctx, place, path, work.get(path), base.get(path));
    if (!back.ok) return back;
  }
  return ok(changes.map(({ path }) => path));
}

function pathsOf({ path, from }: FileChange): string[] {
  return from === undefined ? [path] : [path, from];
}

async function bringBack(ctx: Context, place: HeldPlace, path: string, here: WorkFile | undefined, before: TreeFile | undefined): Promise<Result<unknown>> {
  const { home, folder, project, row } = place;
  const executable = before?.kind === "executable";
  if (here && here.saved === before?.blob) {
    const set = await ctx.homes.setExecutable(home, `${folder}/${path}`, executable, { ifStamp: here.stamp });
    return set.ok || set.failure.code === "conflict" ? ok(undefined) : set;
  }
  if (here) {
    const trashed = await ctx.homes.trash(home, `${folder}/${path}`);
    if (!trashed.ok && trashed.failure.code !== "not_found") return trashed;
  }
  if (!before || row.baseCommit === null) return ok(undefined);
  const opened = await ctx.forge.openFile(project.repositoryId, row.baseCommit, path);
  if (!opened.ok) return opened;
  const written = await ctx.homes.write(home, `${folder}/${path}`, opened.value.stream, { ifStamp: null, beyondQuota: true, executable });
  // What a program wrote there in this moment is newer than what was to be thrown away.
  return written.ok || written.failure.code === "conflict" ? ok(undefined) : written;
}
