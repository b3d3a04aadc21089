import type { BlobId, RepositoryId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { NewContent } from "#server/ports/forge.ts";
import { authorOf } from "./author-of.ts";
import { blobIdOf } from "./blob-id.ts";
import type { Person, WorkingPlace } from "./hold-working-copy.ts";
import { type ReadWorkFile, readWorkFile, type Work, type WorkFile, workTree } from "./read-work.ts";
import type { Tree } from "./version-lookup.ts";

export type CollectedWork = {
  readonly changes: ReadonlyMap<string, NewContent>;
  /** What the version will hold, links that homes know nothing of included. */
  readonly tree: Tree;
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
};

/** Contents in memory at once; what comes before is in the repository already. */
const batchBytes = 32 * 1024 * 1024;

const groupFiles = 32;
const smallBytes = 256 * 1024;

/** What a version of a working copy would change against its base; only at `paths`, where there are any. */
export async function collectWork(
  ctx: Context,
  place: WorkingPlace,
  base: Tree,
  work: Work,
  paths: ReadonlySet<string> | null,
): Promise<Result<CollectedWork>> {
  const tree = new Map(base);
  const leftOut: { path: string; reason: string }[] = [];
  const upload = createUpload(ctx, place);
  const isAsked = (path: string) => paths === null || paths.has(path);
  const removed = [...workTree(base).keys()].filter((path) => isAsked(path) && !work.has(path));
  for (const path of removed) {
    tree.delete(path);
    upload.remove(path);
  }
  const written: WorkFile[] = [];
  for (const file of work.values()) {
    const former = base.get(file.path);
    if (!isAsked(file.path) || (former?.blob === file.saved && former.kind === file.kind)) continue;
    if (former?.blob === file.saved) {
      const entry = { path: file.path, kind: file.kind, blob: former.blob };
      tree.set(file.path, entry);
      upload.name(entry);
    } else written.push(file);
  }
  for await (const [file, read] of readInGroups(ctx, place, written)) {
    const former = base.get(file.path);
    if (read.ok) {
      const entry = { path: file.path, kind: file.kind, blob: blobIdOf(read.value.bytes) } as const;
      if (former?.blob === entry.blob && former.kind === entry.kind) continue;
      tree.set(file.path, entry);
      // A folder of theirs where the version has a link: the folder stands there now.
      for (const above of foldersAbove(file.path)) tree.delete(above);
      const added = await upload.add(entry, read.value.bytes);
      if (!added.ok) return added;
    } else if (read.failure.code === "too_large") leftOut.push({ path: file.path, reason: tooLargeReason(ctx, file.path, file.bytes) });
    // Gone since it was seen: the next version says so.
    else if (read.failure.code !== "not_found") return read;
  }
  const changes = await upload.finish();
  return changes.ok ? ok({ changes: changes.value, tree, leftOut }) : changes;
}

/** Small files several at a time: most of what one takes is waiting for the disk. */
async function* readInGroups(ctx: Context, place: WorkingPlace, files: readonly WorkFile[]): AsyncGenerator<[WorkFile, Result<ReadWorkFile>]> {
  let group: WorkFile[] = [];
  for (const [index, file] of files.entries()) {
    group.push(file);
    // No more than one large file is in memory at once.
    if (group.length < groupFiles && file.bytes <= smallBytes && index < files.length - 1) continue;
    yield* await Promise.all(group.map(async (one): Promise<[WorkFile, Result<ReadWorkFile>]> => [one, await readWorkFile(ctx, place, one)]));
    group = [];
  }
}

function tooLargeReason(ctx: Context, path: string, bytes: number): string {
  const megabytes = (size: number) => `${Math.ceil(size / 1024 / 1024).toLocaleString("en")} MB`;
  const remedy = "It stays in your files and in no version. Move it to the folder “private” of your home, or make it smaller.";
  return `${path} has ${megabytes(bytes)}, and a version takes files up to ${megabytes(ctx.config.projects.fileBytes)}. ${remedy}`;
}

function foldersAbove(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}

type Entry = { readonly path: string; readonly kind: "file" | "executable"; readonly blob: BlobId };

/** A few small files go with the version itself; more than memory should hold is brought to the repository in parts before it. */
function createUpload(ctx: Context, { project, person }: WorkingPlace) {
  const changes = new Map<string, NewContent>();
  let batch = new Map<string, { readonly entry: Entry; readonly bytes: Uint8Array }>();
  let held = 0;
  let mustSend = false;
  const send = async (): Promise<Result<void>> => {
    const contents = new Map([...batch].map(([path, { bytes }]) => [path, bytes]));
    const sent = await sendContents(ctx, project.repositoryId, person, contents);
    if (!sent.ok) return sent;
    for (const [path, { entry }] of batch) changes.set(path, { blob: entry.blob, kind: entry.kind });
    batch = new Map();
    held = 0;
    mustSend = true;
    return ok(undefined);
  };
  return {
    remove: (path: string) => changes.set(path, null),
    /** Content that the repository has already. */
    name: ({ path, blob, kind }: Entry) => changes.set(path, { blob, kind }),
    async add(entry: Entry, bytes: Uint8Array): Promise<Result<void>> {
      batch.set(entry.path, { entry, bytes });
      held += bytes.byteLength;
      return held > batchBytes ? send() : ok(undefined);
    },
    async finish(): Promise<Result<ReadonlyMap<string, NewContent>>> {
      if (mustSend && batch.size > 0) {
        const sent = await send();
        if (!sent.ok) return sent;
      }
      for (const [path, { entry, bytes }] of batch) changes.set(path, { bytes, kind: entry.kind });
      return ok(changes);
    },
  };
}

async function sendContents(ctx: Context, repository: RepositoryId, person: Person, contents: ReadonlyMap<string, Uint8Array>): Promise<Result<unknown>> {
  return ctx.forge.commit(repository, { ref: null, parent: null, message: "Contents on their way\n", author: authorOf(person, ctx.now()), changes: contents });
}
