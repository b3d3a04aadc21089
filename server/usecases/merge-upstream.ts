import type { CommitId } from "#lib/domain/ids.ts";
import type { SavedVersion } from "#lib/domain/project.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { authorOf } from "./author-of.ts";
import { type CommittedLines, commitLines } from "./commit-lines.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { askingPerson, findPlace, holdWorkingCopy, type Person } from "./hold-working-copy.ts";
import { findUpstream } from "./show-upstream.ts";
import { updateFiles } from "./update-files.ts";
import { newestOf, treeOf, versionAt } from "./version-lookup.ts";

const tries = 8;
const patienceMs = 30_000;

/** Brings the newest version of the project that this one was copied from into a new version of this one. */
export async function mergeUpstream(ctx: Context, input: { projectId: string }): Promise<Result<SavedVersion>> {
  const project = await findProjectFor(ctx, input.projectId, "project:write");
  if (!project.ok) return project;
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  const upstream = await findUpstream(ctx, project.value);
  if (!upstream.ok) return upstream;
  const held = await ctx.store.withLock(`upstream:${project.value.id}`, patienceMs, () => takeOver(ctx, project.value, upstream.value, person.value));
  if (!held) return fail("unavailable", "The newer version is being brought in already. Wait for that to end.", { retryAfterSeconds: 5 });
  if (!held.value.ok) return held.value;
  const { commit, notes } = held.value.value;
  await ctx.store.touchProject(project.value.id, ctx.now());
  await followInOwnFiles(ctx, project.value, person.value, commit);
  const version = await versionAt(ctx, project.value.repositoryId, commit);
  return version.ok ? ok({ version: version.value, merged: notes, leftOut: [] }) : version;
}

async function takeOver(ctx: Context, project: ReadyProject, upstream: ReadyProject, person: Person): Promise<Result<CommittedLines>> {
  const repository = project.repositoryId;
  const theirs = await newestOf(ctx, upstream.repositoryId);
  if (!theirs.ok) return theirs;
  if (theirs.value === null) return nothingNewer();
  const taken = await ctx.forge.takeOver(repository, upstream.repositoryId, theirs.value);
  if (!taken.ok) return taken;
  for (let number = 1; number <= tries; number++) {
    const newest = await newestOf(ctx, repository);
    if (!newest.ok) return newest;
    if (newest.value === null) return fail("conflict", "This project has no version yet: save one first.");
    const isHere = await ctx.forge.isAncestor(repository, theirs.value, newest.value);
    if (!isHere.ok) return isHere;
    if (isHere.value) {
      // Known already, or a crash came before it was noted.
      await ctx.store.setUpstreamCommit(project.id, theirs.value);
      return nothingNewer();
    }
    const committed = await commitUpstream(ctx, { project, upstream, person, newest: newest.value, theirs: theirs.value });
    if (committed.ok) await ctx.store.setUpstreamCommit(project.id, theirs.value);
    if (committed.ok || committed.failure.code !== "conflict") return committed;
  }
  return fail("unavailable", "Versions of this project are being saved at this very moment. Nothing is lost; try again.", { retryAfterSeconds: 5 });
}

const nothingNewer = () => fail("conflict", "There is nothing newer to bring in.");

type Taking = {
  readonly project: ReadyProject;
  readonly upstream: ReadyProject;
  readonly person: Person;
  readonly newest: CommitId;
  readonly theirs: CommitId;
};

async function commitUpstream(ctx: Context, { project, upstream, person, newest, theirs }: Taking): Promise<Result<CommittedLines>> {
  const repository = project.repositoryId;
  const shared = await ctx.forge.mergeBase(repository, newest, theirs);
  if (!shared.ok) return shared;
  const trees = await Promise.all([shared.value ?? project.upstreamCommit, newest, theirs].map((commit) => treeOf(ctx, repository, commit)));
  const [base, ours, other] = trees;
  if (!base?.ok || !ours?.ok || !other?.ok) return trees.find((one): one is ReturnType<typeof fail> => !one.ok) ?? nothingNewer();
  const version = await versionAt(ctx, upstream.repositoryId, theirs);
  if (!version.ok) return version;
  return commitLines(ctx, {
    project,
    base: base.value,
    ours: ours.value,
    theirs: other.value,
    theirsName: `${upstream.title}, version ${version.value.number}`,
    onto: "ours",
    newest,
    merged: theirs,
    message: `Bring in version ${version.value.number} of ${upstream.title}\n`,
    author: authorOf(person, ctx.now()),
  });
}

/** The version stands; one's own files follow it now, or at the next opening. */
async function followInOwnFiles(ctx: Context, project: ReadyProject, person: Person, commit: CommitId): Promise<void> {
  const place = await findPlace(ctx, project, person);
  if (!place || place.row.baseCommit === null) return;
  const followed = await holdWorkingCopy(ctx, project, person, (held) => updateFiles(ctx, held, commit));
  if (!followed.ok) ctx.log.warn({ project: project.id, code: followed.failure.code }, "a working copy could not follow what was brought in");
}
