import type { CommitId } from "#lib/domain/ids.ts";
import type { MergeNote, SavedVersion } from "#lib/domain/project.ts";
import { suggestMessage } from "#lib/project/suggest-message.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { authorOf } from "./author-of.ts";
import { type CollectedWork, collectWork } from "./collect-work.ts";
import { commitLines } from "./commit-lines.ts";
import { countNotebookChanges } from "./count-notebook-changes.ts";
import { findProjectFor } from "./find-project.ts";
import { askingPerson, type HeldPlace, holdWorkingCopy } from "./hold-working-copy.ts";
import { noteEnvironmentOf } from "./note-environment.ts";
import { settleStanding } from "./read-standing.ts";
import { changesBetween, savedTree, workTree } from "./read-work.ts";
import { finishUpdate } from "./update-files.ts";
import { mainLine, newestOf, type Tree, treeOf, versionAt } from "./version-lookup.ts";

export type SaveVersion = {
  readonly projectId: string;
  /** Empty: as suggested. */
  readonly message: string;
  /** Only these files; all where there is nothing. */
  readonly paths?: readonly string[] | undefined;
};

const messageCharacters = 5000;
/** Others may save at the same moment. */
const tries = 8;

/** Saves one's working copy as the project's newest version. What others saved since is merged with it, never overwritten. */
export async function saveVersion(ctx: Context, input: SaveVersion): Promise<Result<SavedVersion>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  if (input.message.length > messageCharacters)
    return fail("invalid", "This is more than a message holds.", { fields: { message: `At most ${messageCharacters.toLocaleString("en")} characters.` } });
  return holdWorkingCopy(ctx, project.value, person.value, (place) => saveHeld(ctx, place, input));
}

type Saving = Pick<SaveVersion, "message" | "paths">;

/** The same for a working copy that is held already. */
export async function saveHeld(ctx: Context, held: HeldPlace, saving: Saving): Promise<Result<SavedVersion>> {
  const standing = await settleStanding(ctx, held);
  if (!standing.ok) return standing;
  const { place, base, work } = standing.value;
  const collected = await collectWork(ctx, place, base, work, saving.paths ? new Set(saving.paths) : null);
  if (!collected.ok) return collected;
  if (collected.value.changes.size === 0) return nothingToSave(ctx, place, collected.value);
  const changes = changesBetween(workTree(base), savedTree(work)).filter(({ path }) => collected.value.changes.has(path));
  const message = saving.message.trim() || suggestMessage(changes, await countNotebookChanges(ctx, place, base, work, changes));
  const saved = await commitWork(ctx, place, base, collected.value, `${message.replaceAll("\r\n", "\n")}\n`);
  if (!saved.ok) return saved;
  // Lists show it first.
  await ctx.store.touchProject(place.project.id, ctx.now());
  await noteEnvironmentOf(ctx, place.project, saved.value.commit);
  const version = await versionAt(ctx, place.project.repositoryId, saved.value.commit);
  if (!version.ok) return version;
  return ok({ version: version.value, merged: [...standing.value.notes, ...saved.value.notes], leftOut: collected.value.leftOut });
}

async function nothingToSave(ctx: Context, { project, row }: HeldPlace, { leftOut }: CollectedWork): Promise<Result<never>> {
  if (leftOut.length > 0) return fail("too_large", leftOut.map(({ reason }) => reason).join("\n"));
  if (row.baseCommit === null) return fail("conflict", "There is nothing to save yet: make a file first.");
  const version = await versionAt(ctx, project.repositoryId, row.baseCommit);
  return fail("conflict", version.ok ? `Nothing changed since version ${version.value.number}.` : "Nothing changed since the last version.");
}

type Committed = { readonly commit: CommitId; readonly notes: readonly MergeNote[] };

async function commitWork(ctx: Context, place: HeldPlace, base: Tree, work: CollectedWork, message: string): Promise<Result<Committed>> {
  const { project, person, row } = place;
  const common = { message, author: authorOf(person, ctx.now()) };
  let line: CommitId | null = null;
  for (let number = 1; number <= tries; number++) {
    place.lost.throwIfAborted();
    const newest = await newestOf(ctx, project.repositoryId);
    if (!newest.ok) return newest;
    if (newest.value === row.baseCommit) {
      const committed = await ctx.forge.commit(project.repositoryId, { ...common, ref: mainLine, parent: newest.value, changes: work.changes });
      if (committed.ok) {
        await ctx.store.setWorkingCopyBase(row.id, committed.value, ctx.now());
        return ok({ commit: committed.value, notes: [] });
      }
      if (committed.failure.code !== "conflict") return committed;
      continue;
    }
    // Somebody saved meanwhile: one's own line is kept as it is, and brought into theirs.
    if (line === null) {
      const own = await ctx.forge.commit(project.repositoryId, { ...common, ref: null, parent: row.baseCommit, changes: work.changes });
      if (!own.ok) return own;
      line = own.value;
    }
    if (newest.value === null) return fail("unavailable", "The versions of this project cannot be read just now. Nothing is lost; try again in a moment.");
    const merged = await bringIn(ctx, place, { ...common, base, ours: work.tree, line, newest: newest.value });
    if (merged.ok || merged.failure.code !== "conflict") return merged;
  }
  return fail("unavailable", "Others save versions of this project at this very moment. Nothing is lost; try again.", { retryAfterSeconds: 5 });
}

type Bringing = {
  readonly base: Tree;
  readonly ours: Tree;
  readonly line: CommitId;
  readonly newest: CommitId;
  readonly message: string;
  readonly author: ReturnType<typeof authorOf>;
};

async function bringIn(ctx: Context, place: HeldPlace, bringing: Bringing): Promise<Result<Committed>> {
  const { repositoryId } = place.project;
  const theirs = await treeOf(ctx, repositoryId, bringing.newest);
  if (!theirs.ok) return theirs;
  const version = await versionAt(ctx, repositoryId, bringing.newest);
  if (!version.ok) return version;
  const { line: merged, ...rest } = bringing;
  const theirsName = `version ${version.value.number}`;
  const committed = await commitLines(ctx, { ...rest, project: place.project, theirs: theirs.value, theirsName, onto: "theirs", merged });
  if (!committed.ok) return committed;
  const { commit, notes } = committed.value;
  // The working copy is one's own line as it stands; from there it follows the new version.
  await ctx.store.beginWorkingCopyUpdate(place.row.id, { base: merged, to: commit, files: null }, ctx.now());
  const row = { ...place.row, baseCommit: merged, pendingCommit: commit, pendingFiles: null };
  const updated = await finishUpdate(ctx, { ...place, row });
  // The version is saved: what could not follow yet does so at the next opening.
  if (!updated.ok) ctx.log.warn({ workingCopy: row.id, code: updated.failure.code }, "a working copy could not follow its own version");
  const told = new Set(notes.map(({ path }) => path));
  return ok({ commit, notes: [...notes, ...(updated.ok ? updated.value.notes.filter(({ path }) => !told.has(path)) : [])] });
}
