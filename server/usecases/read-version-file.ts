import type { BlobId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor, type ReadyProject } from "./find-project.ts";
import { askingPerson, findPlace, type WorkingPlace } from "./hold-working-copy.ts";
import { readWork } from "./read-work.ts";
import { readableVersion, treeOf } from "./version-lookup.ts";
import { checkWorkPath } from "./work-path.ts";

/** `commit` names a version, "newest" (or nothing), or of one's own working copy "base" (what it was made from) or "working". */
export type NamedVersionFile = { readonly projectId: string; readonly commit?: string | undefined; readonly path: string };
export type OpenedVersionFile = {
  readonly name: string;
  /** The version; "working" for a file of one's own working copy. */
  readonly commit: string;
  readonly blob: BlobId;
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
};

const noFile = fail("not_found", "No such file.");

/** A file of a version, of any size. */
export async function openVersionFile(ctx: Context, input: NamedVersionFile): Promise<Result<OpenedVersionFile>> {
  const isOwn = input.commit === "base" || input.commit === "working";
  const project = await findProjectFor(ctx, input.projectId, isOwn ? "project:write" : "project:read");
  if (!project.ok) return project;
  const place = isOwn ? await ownPlace(ctx, project.value) : ok(null);
  if (!place.ok) return place;
  if (place.value && input.commit === "working") return openWorking(ctx, place.value, input.path);
  const commit = place.value ? baseOf(place.value) : await readableVersion(ctx, project.value, input.commit);
  if (!commit.ok) return commit;
  const opened = await ctx.forge.openFile(project.value.repositoryId, commit.value, input.path);
  return opened.ok ? ok({ ...opened.value, commit: commit.value, name: nameOf(input.path) }) : opened;
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

async function ownPlace(ctx: Context, project: ReadyProject): Promise<Result<WorkingPlace>> {
  const person = await askingPerson(ctx);
  if (!person.ok) return person;
  const place = await findPlace(ctx, project, person.value);
  return place ? ok(place) : noFile;
}

function baseOf({ row }: WorkingPlace) {
  return row.baseCommit === null ? noFile : ok(row.baseCommit);
}

async function openWorking(ctx: Context, place: WorkingPlace, path: string): Promise<Result<OpenedVersionFile>> {
  const checked = checkWorkPath(path);
  if (!checked.ok) return checked;
  const base = await treeOf(ctx, place.project.repositoryId, place.row.baseCommit);
  if (!base.ok) return base;
  const work = await readWork(ctx, place, base.value);
  const file = work.ok ? work.value.get(path) : undefined;
  if (!file) return work.ok ? noFile : work;
  const opened = await ctx.homes.open(place.home, `${place.folder}/${path}`);
  return opened.ok ? ok({ name: nameOf(path), commit: "working", blob: file.blob, bytes: opened.value.totalBytes, stream: opened.value.stream }) : opened;
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? "file";
}
