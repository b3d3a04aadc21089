import type { BlobId, CommitId, RepositoryId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { askingPerson, findPlace, type WorkingPlace } from "./hold-working-copy.ts";
import { readWork, type WorkFile } from "./read-work.ts";
import { readableVersion, treeOf } from "./version-lookup.ts";
import { checkWorkPath } from "./work-path.ts";

/** `commit` names a version, "newest" (or nothing), or of one's own working copy "base" (what it was made from) or "working". */
export type NamedVersionFile = { readonly projectId: string; readonly commit?: string | undefined; readonly path: string };
export type FoundVersionFile = {
  readonly name: string;
  /** The version; "working" for a file of one's own working copy. */
  readonly commit: string;
  readonly blob: BlobId;
  readonly bytes: number;
};
export type OpenedVersionFile = FoundVersionFile & { readonly stream: ReadableStream<Uint8Array> };

const noFile = fail("not_found", "No such file.");

/** What a file's content is called and how large it is; nothing of it is read. */
export async function findVersionFile(ctx: Context, input: NamedVersionFile): Promise<Result<FoundVersionFile>> {
  const located = await locate(ctx, input);
  if (!located.ok) return located;
  if (located.value.kind === "working") {
    const file = await findWorking(ctx, located.value.place, input.path);
    return file.ok ? ok({ name: nameOf(input.path), commit: "working", blob: file.value.blob, bytes: file.value.bytes }) : file;
  }
  const { repositoryId, commit } = located.value;
  const found = await ctx.forge.findFile(repositoryId, commit, input.path);
  return found.ok ? ok({ ...found.value, commit, name: nameOf(input.path) }) : found;
}

/** A file of a version, of any size. */
export async function openVersionFile(ctx: Context, input: NamedVersionFile): Promise<Result<OpenedVersionFile>> {
  const located = await locate(ctx, input);
  if (!located.ok) return located;
  if (located.value.kind === "working") return openWorking(ctx, located.value.place, input.path);
  const { repositoryId, commit } = located.value;
  const opened = await ctx.forge.openFile(repositoryId, commit, input.path);
  return opened.ok ? ok({ ...opened.value, commit, name: nameOf(input.path) }) : opened;
}

/** A file of a version, whole; "too_large" beyond the limit. */
export async function readVersionFile(ctx: Context, input: NamedVersionFile & { readonly limitBytes: number }): Promise<Result<Uint8Array>> {
  const opened = await openVersionFile(ctx, input);
  if (!opened.ok) return opened;
  const { bytes, stream } = opened.value;
  if (bytes > input.limitBytes) {
    await stream.cancel();
    return fail("too_large", `${input.path} is larger than ${Math.floor(input.limitBytes / 1024).toLocaleString("en")} KB.`);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return ok(new Uint8Array(Buffer.concat(chunks)));
}

type Located =
  | { readonly kind: "working"; readonly place: WorkingPlace }
  | { readonly kind: "version"; readonly repositoryId: RepositoryId; readonly commit: CommitId };

async function locate(ctx: Context, input: NamedVersionFile): Promise<Result<Located>> {
  const isOwn = input.commit === "base" || input.commit === "working";
  const project = await findProjectFor(ctx, input.projectId, isOwn ? "project:write" : "project:read");
  if (!project.ok) return project;
  const place = isOwn ? await ownPlace(ctx, project.value) : ok(null);
  if (!place.ok) return place;
  if (place.value && input.commit === "working") return ok({ kind: "working", place: place.value });
  const commit = place.value ? baseOf(place.value) : await readableVersion(ctx, project.value, input.commit);
  return commit.ok ? ok({ kind: "version", repositoryId: project.value.repositoryId, commit: commit.value }) : commit;
}

async function ownPlace(ctx: Context, project: ReadyProject): Promise<Result<WorkingPlace>> {
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  const place = await findPlace(ctx, project, person.value);
  return place ? ok(place) : noFile;
}

function baseOf({ row }: WorkingPlace) {
  return row.baseCommit === null ? noFile : ok(row.baseCommit);
}

async function findWorking(ctx: Context, place: WorkingPlace, path: string): Promise<Result<WorkFile>> {
  const checked = checkWorkPath(path);
  if (!checked.ok) return checked;
  const base = await treeOf(ctx, place.project.repositoryId, place.row.baseCommit);
  if (!base.ok) return base;
  const work = await readWork(ctx, place, base.value);
  if (!work.ok) return work;
  const file = work.value.get(path);
  return file ? ok(file) : noFile;
}

async function openWorking(ctx: Context, place: WorkingPlace, path: string): Promise<Result<OpenedVersionFile>> {
  const file = await findWorking(ctx, place, path);
  if (!file.ok) return file;
  const opened = await ctx.homes.open(place.home, `${place.folder}/${path}`);
  if (!opened.ok) return opened;
  return ok({ name: nameOf(path), commit: "working", blob: file.value.blob, bytes: opened.value.totalBytes, stream: opened.value.stream });
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? "file";
}
