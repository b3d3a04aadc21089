import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import type { MergeNote } from "#lib/domain/project.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { applyOutcomes } from "./apply-outcomes.ts";
import { blobIdOf } from "./blob-id.ts";
import type { HeldPlace } from "./hold-working-copy.ts";
import { type MergedLines, mergeLines } from "./merge-lines.ts";
import { readRawFile, readWork, type Work, type WorkFile, workTree } from "./read-work.ts";
import { readFrom, type Tree, treeOf, versionAt } from "./version-lookup.ts";

export type UpdatedPlace = { readonly place: HeldPlace; readonly notes: readonly MergeNote[] };
export type UpdateProgress = (done: number, total: number) => void;

/** How often files are read again that a program writes at this very moment. */
const tries = 8;

/** Brings files to a version: what a crash left in the middle is finished first. */
export async function updateFiles(ctx: Context, place: HeldPlace, target: CommitId, onProgress?: UpdateProgress): Promise<Result<UpdatedPlace>> {
  const finished = await finishUpdate(ctx, place);
  if (!finished.ok || finished.value.place.row.baseCommit === target) return finished;
  const updated = await updateTo(ctx, finished.value.place, target, onProgress);
  return updated.ok ? ok({ ...updated.value, notes: [...finished.value.notes, ...updated.value.notes] }) : updated;
}

/** What was begun and never ended. Doing it again changes nothing twice. */
export async function finishUpdate(ctx: Context, place: HeldPlace): Promise<Result<UpdatedPlace>> {
  const { pendingCommit } = place.row;
  return pendingCommit === null ? ok({ place, notes: [] }) : updateTo(ctx, place, pendingCommit);
}

async function updateTo(ctx: Context, place: HeldPlace, target: CommitId, onProgress?: UpdateProgress): Promise<Result<UpdatedPlace>> {
  const trees = await treesOf(ctx, place, target);
  if (!trees.ok) return trees;
  const { row } = place;
  const notes = new Map<string, MergeNote>();
  // What merged files will be, so that those which are so already are known for done.
  let journal: Readonly<Record<string, BlobId>> = row.pendingCommit === target ? (row.pendingFiles ?? {}) : {};
  for (let number = 1; number <= tries; number++) {
    const work = await readWork(ctx, place, trees.value.base);
    if (!work.ok) return work;
    const merged = await mergeInto(ctx, place, trees.value, work.value, journal);
    if (!merged.ok) return merged;
    for (const note of notesOf(place, merged.value)) if (!notes.has(note.path) || note.notes.length > 0) notes.set(note.path, note);
    journal = { ...journal, ...mergedBlobs(merged.value) };
    if (merged.value.outcomes.size > 0) await ctx.store.beginWorkingCopyUpdate(row.id, { base: row.baseCommit, to: target, files: journal }, ctx.now());
    const applied = await applyOutcomes(ctx, { place, ...trees.value, work: work.value, target, ...merged.value, onProgress });
    if (!applied.ok) return applied;
    if (applied.value.length > 0) continue;
    await ctx.store.setWorkingCopyBase(row.id, target, ctx.now());
    const now = { ...place, row: { ...row, baseCommit: target, pendingCommit: null, pendingFiles: null } };
    return ok({ place: now, notes: [...notes.values()] });
  }
  return fail("unavailable", "A program writes to files of this project all the time. Nothing is lost; try again in a moment.", { retryAfterSeconds: 5 });
}

type Trees = { readonly base: Tree; readonly theirs: Tree; readonly theirsName: string };

async function treesOf(ctx: Context, { project, row }: HeldPlace, target: CommitId): Promise<Result<Trees>> {
  const base = await treeOf(ctx, project.repositoryId, row.baseCommit);
  if (!base.ok) return base;
  const theirs = await treeOf(ctx, project.repositoryId, target);
  if (!theirs.ok) return theirs;
  const version = await versionAt(ctx, project.repositoryId, target);
  return version.ok ? ok({ base: workTree(base.value), theirs: workTree(theirs.value), theirsName: `version ${version.value.number}` }) : version;
}

function mergeInto(ctx: Context, place: HeldPlace, trees: Trees, work: Work, journal: Readonly<Record<string, BlobId>>): Promise<Result<MergedLines>> {
  const limitBytes = ctx.config.projects.fileBytes;
  return mergeLines({
    base: trees.base,
    ours: new Map([...work].map(([path, file]) => [path, { ...file, blob: isUntouched(trees, file) ? file.saved : file.blob }])),
    theirs: trees.theirs,
    read: {
      base: readFrom(ctx, place.project.repositoryId, trees.base, limitBytes),
      ours: async (path) => {
        const read = await readRawFile(ctx, place, path, limitBytes);
        return read.ok ? ok(read.value.bytes) : read;
      },
      theirs: readFrom(ctx, place.project.repositoryId, trees.theirs, limitBytes),
    },
    theirsName: trees.theirsName,
    done: new Set(Object.entries(journal).flatMap(([path, blob]) => (work.get(path)?.blob === blob ? [path] : []))),
  });
}

/** Only outputs that no version takes differ, and the file is gone from the newer version: then it goes here too. */
function isUntouched({ base, theirs }: Trees, file: WorkFile): boolean {
  return base.get(file.path)?.blob === file.saved && !theirs.has(file.path);
}

/** More than anybody reads. */
const mostNotes = 500;

/** Also which files follow the newer version as they are: programs may have them open. At a first opening all do. */
function notesOf({ row }: HeldPlace, { outcomes, notes }: MergedLines): readonly MergeNote[] {
  const told = new Set(notes.map(({ path }) => path));
  const isNews = (path: string, outcome: unknown) => row.baseCommit !== null && outcome === "theirs" && !told.has(path);
  const followed = [...outcomes].flatMap(([path, outcome]): MergeNote[] => (isNews(path, outcome) ? [{ path, outcome: "theirs", notes: [] }] : []));
  return [...notes, ...followed.slice(0, mostNotes)];
}

function mergedBlobs({ outcomes }: MergedLines): Record<string, BlobId> {
  return Object.fromEntries([...outcomes].flatMap(([path, outcome]) => (outcome instanceof Uint8Array ? [[path, blobIdOf(outcome)]] : [])));
}
