import type { CommitId } from "#lib/domain/ids.ts";
import type { SavedVersion, VersionView } from "#lib/domain/project.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { NewContent } from "#server/ports/forge.ts";
import { authorOf } from "./author-of.ts";
import { discardHeld } from "./discard-changes.ts";
import { findProjectFor } from "./find-project.ts";
import { askingPerson, type HeldPlace, holdWorkingCopy } from "./hold-working-copy.ts";
import { settleStanding } from "./read-standing.ts";
import { changesBetween, savedTree, workTree } from "./read-work.ts";
import { saveHeld } from "./save-version.ts";
import { updateFiles } from "./update-files.ts";
import { mainLine, newestOf, readableVersion, type Tree, treeOf, versionAt } from "./version-lookup.ts";

export type RestoreVersion = {
  readonly projectId: string;
  readonly commit: string;
  /** This file alone. */
  readonly path?: string | undefined;
  /** What becomes of changes that are in no version: one of their own before, or the trash. Asked for where there are any. */
  readonly keep?: "save" | "discard" | undefined;
};

const tries = 8;

/** Makes a new version that holds what an old one held. Nothing in between is lost: it stays in its versions. */
export async function restoreVersion(ctx: Context, input: RestoreVersion): Promise<Result<SavedVersion>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  const commit = await readableVersion(ctx, project.value, input.commit);
  if (!commit.ok) return commit;
  const version = await versionAt(ctx, project.value.repositoryId, commit.value);
  if (!version.ok) return version;
  const restoring: Restoring = { commit: commit.value, version: version.value, path: input.path, keep: input.keep };
  return holdWorkingCopy(ctx, project.value, person.value, (place) => restoreHeld(ctx, place, restoring));
}

type Restoring = { readonly commit: CommitId; readonly version: VersionView; readonly path: string | undefined; readonly keep: RestoreVersion["keep"] };

async function restoreHeld(ctx: Context, held: HeldPlace, restoring: Restoring): Promise<Result<SavedVersion>> {
  const kept = await keepChanges(ctx, held, restoring);
  if (!kept.ok) return kept;
  const committed = await commitRestored(ctx, kept.value, restoring);
  if (!committed.ok) return committed;
  await ctx.store.touchProject(held.project.id, ctx.now());
  // A working copy that was never opened is made by its first opening.
  const updated = kept.value.row.baseCommit === null ? ok({ notes: [] }) : await updateFiles(ctx, kept.value, committed.value);
  if (!updated.ok) ctx.log.warn({ workingCopy: held.row.id, code: updated.failure.code }, "a working copy could not follow what was restored");
  const version = await versionAt(ctx, held.project.repositoryId, committed.value);
  return version.ok ? ok({ version: version.value, merged: updated.ok ? updated.value.notes : [], leftOut: [] }) : version;
}

/** Unsaved changes of the files in question are saved or thrown into the trash, as the person says. */
async function keepChanges(ctx: Context, held: HeldPlace, { version, path, keep }: Restoring): Promise<Result<HeldPlace>> {
  const standing = await settleStanding(ctx, held);
  if (!standing.ok) return standing;
  const { place, base, work } = standing.value;
  const changed = changesBetween(workTree(base), savedTree(work)).flatMap((one) =>
    path === undefined || one.path === path || one.from === path ? [one.path] : [],
  );
  if (changed.length === 0) return ok(place);
  if (keep === undefined) {
    const files = changed.length === 1 ? `“${changed[0]}” has changes` : `${changed.length.toLocaleString("en")} files have changes`;
    return fail(
      "conflict",
      `${files} that are in no version yet. Say whether to save them as a version first (keep: "save") or to move them to the trash (keep: "discard").`,
    );
  }
  const paths = path === undefined ? null : new Set([path]);
  const done =
    keep === "discard"
      ? await discardHeld(ctx, place, paths)
      : await saveHeld(ctx, place, { message: `Before going back to version ${version.number}`, paths: paths ? [...paths] : undefined });
  if (!done.ok) return done;
  const row = await ctx.store.findWorkingCopy(place.project.id, place.person.id);
  return ok(row ? { ...place, row } : place);
}

async function commitRestored(ctx: Context, { project, person, lost }: HeldPlace, { commit, version, path }: Restoring): Promise<Result<CommitId>> {
  const old = await treeOf(ctx, project.repositoryId, commit);
  if (!old.ok) return old;
  if (path !== undefined && !old.value.has(path)) return fail("not_found", `Version ${version.number} has no file “${path}”.`);
  const [headline = ""] = version.message.split("\n");
  const what = path === undefined ? `Go back to version ${version.number}` : `Go back to ${path} of version ${version.number}`;
  for (let number = 1; number <= tries; number++) {
    lost.throwIfAborted();
    const newest = await newestOf(ctx, project.repositoryId);
    if (!newest.ok) return newest;
    const now = await treeOf(ctx, project.repositoryId, newest.value);
    if (!now.ok) return now;
    const changes = changesTo(old.value, now.value, path);
    if (changes.size === 0)
      return fail("conflict", path === undefined ? "The newest version holds the same files." : "The newest version holds the same file.");
    const message = `${what}\n\n${headline}\n`;
    const committed = await ctx.forge.commit(project.repositoryId, {
      ref: mainLine,
      parent: newest.value,
      message,
      author: authorOf(person, ctx.now()),
      changes,
    });
    if (committed.ok || committed.failure.code !== "conflict") return committed;
  }
  return fail("unavailable", "Others save versions of this project at this very moment. Nothing is lost; try again.", { retryAfterSeconds: 5 });
}

function changesTo(old: Tree, now: Tree, only: string | undefined): ReadonlyMap<string, NewContent> {
  const changes = new Map<string, NewContent>();
  for (const path of now.keys()) if (!old.has(path) && (only === undefined || path === only)) changes.set(path, null);
  for (const [path, { blob, kind }] of old) {
    const there = now.get(path);
    if ((only === undefined || path === only) && (there?.blob !== blob || there.kind !== kind)) changes.set(path, { blob, kind });
  }
  return changes;
}
