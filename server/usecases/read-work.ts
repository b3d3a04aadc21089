import { isUtf8 } from "node:buffer";
import type { BlobId } from "#lib/domain/ids.ts";
import type { FileChange } from "#lib/domain/project.ts";
import { cleanNotebook } from "#lib/notebook/clean-notebook.ts";
import { isLeftOutPath } from "#lib/project/left-out.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { TreeFile } from "#server/ports/forge.ts";
import type { FileStamp, ScannedFile } from "#server/ports/homes.ts";
import { blobIdOf } from "./blob-id.ts";
import type { WorkingPlace } from "./hold-working-copy.ts";
import { createMemory } from "./remember.ts";
import type { Tree } from "./version-lookup.ts";

/** A file of a working copy. `saved` is what a version would hold of it: a notebook may lose its outputs on the way. */
export type WorkFile = ScannedFile & { readonly kind: "file" | "executable"; readonly saved: BlobId };
export type Work = ReadonlyMap<string, WorkFile>;

/** A notebook with its outputs may be larger than what a version takes of it. */
const notebookFactor = 4;

/** Raw content → cleaned content, both as git names them. */
const cleaned = createMemory<BlobId>(20_000);

/** What of a version stands in working copies: links are carried along in versions and not made in homes. */
export function workTree(tree: Tree): Tree {
  const hidden = [...tree.values()].filter((file) => file.kind === "link" || file.kind === "module" || isLeftOutPath(file.path));
  if (hidden.length === 0) return tree;
  const shown = new Map(tree);
  for (const file of hidden) shown.delete(file.path);
  return shown;
}

/** All files of a working copy beside its base. "conflict" where its folder was taken away: that is no wish to delete every file. */
export async function readWork(ctx: Context, place: WorkingPlace, base: Tree): Promise<Result<Work>> {
  const scanned = await ctx.homes.scan(place.home, place.folder);
  if (!scanned.ok) return scanned.failure.code !== "not_found" ? scanned : base.size === 0 ? ok(new Map()) : folderGone(place);
  if (await isAnother(ctx, place, base, scanned.value)) return folderGone(place);
  const work = new Map<string, WorkFile>();
  for (const file of scanned.value) {
    const { kind } = file;
    if (kind === "link") continue;
    const isSame = base.get(file.path)?.blob === file.blob;
    work.set(file.path, { ...file, kind, saved: isSame || !isCleaned(place, file) ? file.blob : await cleanedBlob(ctx, place, file) });
  }
  return ok(work);
}

/**
 * Whether somebody, or a program, made a folder anew where the working copy was. One that holds most of its files is taken
 * for the same: a home that was brought back from a backup.
 */
export async function isAnother(ctx: Context, { home, folder, row }: WorkingPlace, base: Tree, files: readonly ScannedFile[]): Promise<boolean> {
  if (row.folderIdentity === null || row.baseCommit === null) return false;
  const found = await ctx.homes.find(home, folder);
  if (!found.ok || found.value.identity === row.folderIdentity) return false;
  const expected = workTree(base);
  return files.filter((file) => expected.has(file.path)).length * 2 < expected.size;
}

const folderGone = ({ folder }: WorkingPlace) =>
  fail("conflict", `The folder “${folder}” of your home is not there any more. Open the project again: its files are made afresh from the newest version.`);

function isCleaned({ project }: WorkingPlace, file: Pick<ScannedFile, "path">): boolean {
  return !project.keepOutputs && /\.ipynb$/i.test(file.path);
}

async function cleanedBlob(ctx: Context, place: WorkingPlace, file: ScannedFile): Promise<BlobId> {
  const known = cleaned.get(file.blob);
  if (known) return known;
  const read = await readWorkFile(ctx, place, file);
  // Too large, or changed just now: it counts as it is.
  return read.ok && read.value.raw === file.blob ? blobIdOf(read.value.bytes) : file.blob;
}

export type ReadWorkFile = { readonly bytes: Uint8Array; readonly raw: BlobId; readonly stamp: FileStamp };

/** A file as a version takes it: cleaned, where the project says so. */
export async function readWorkFile(ctx: Context, place: WorkingPlace, file: Pick<ScannedFile, "path">): Promise<Result<ReadWorkFile>> {
  const limitBytes = ctx.config.projects.fileBytes;
  const raw = await readRawFile(ctx, place, file.path, isCleaned(place, file) ? limitBytes * notebookFactor : limitBytes);
  if (!raw.ok || !isCleaned(place, file)) return raw;
  const bytes = cleanNotebookBytes(raw.value.bytes);
  cleaned.set(raw.value.raw, blobIdOf(bytes));
  return bytes.byteLength > limitBytes ? tooLarge(file.path) : ok({ ...raw.value, bytes });
}

/** A file as it stands. */
export async function readRawFile(ctx: Context, place: WorkingPlace, path: string, limitBytes: number): Promise<Result<ReadWorkFile>> {
  const opened = await ctx.homes.open(place.home, `${place.folder}/${path}`);
  if (!opened.ok) return opened;
  if (opened.value.totalBytes > limitBytes) {
    await opened.value.stream.cancel();
    return tooLarge(path);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.value.stream) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return ok({ bytes, raw: blobIdOf(bytes), stamp: opened.value.entry.stamp });
}

const tooLarge = (path: string) => fail("too_large", `${path} is too large for a version.`);

/** What is no notebook stays as it is: it may be half-written, or something else of that name. */
function cleanNotebookBytes(bytes: Uint8Array): Uint8Array {
  if (!isUtf8(bytes)) return bytes;
  const text = cleanNotebook(new TextDecoder().decode(bytes), { keepOutputs: false });
  return text === null ? bytes : new TextEncoder().encode(text);
}

type Named = { readonly path: string; readonly blob: BlobId; readonly kind: TreeFile["kind"] };

/**
 * How the second differs from the first; what was removed here and added there with the same content has moved. A file that
 * programs may run now, and could not before, has changed.
 */
export function changesBetween(before: ReadonlyMap<string, Named>, after: ReadonlyMap<string, Named>): FileChange[] {
  const changes: FileChange[] = [];
  const removed = new Map<BlobId, string[]>();
  for (const [path, file] of before) if (!after.has(path)) removed.set(file.blob, [...(removed.get(file.blob) ?? []), path]);
  for (const [path, file] of after) {
    const former = before.get(path);
    if (former?.blob === file.blob && former.kind === file.kind) continue;
    const from = former ? undefined : removed.get(file.blob)?.shift();
    changes.push(former ? { path, kind: "changed" } : from === undefined ? { path, kind: "added" } : { path, from, kind: "moved" });
  }
  for (const paths of removed.values()) for (const path of paths) changes.push({ path, kind: "removed" });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A working copy as a version would hold it. */
export function savedTree(work: Work): ReadonlyMap<string, Named> {
  return new Map([...work].map(([path, file]) => [path, { path, blob: file.saved, kind: file.kind }]));
}
