import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { NewContent } from "#server/ports/forge.ts";
import { authorOf } from "./author-of.ts";
import type { Maker } from "./make-checks.ts";
import type { Making } from "./make-project.ts";

export type IncomingFile = { readonly path: string; readonly bytes: number; readonly executable: boolean; readonly read: () => Promise<Result<Uint8Array>> };

/** Contents that are in memory at once. */
const batchBytes = 64 * 1024 * 1024;

/**
 * Any number of files as the one first version of a repository. What does not fit into memory at once is written as
 * commits that no branch names, and the version takes its contents from them.
 */
export async function commitFiles(
  ctx: Context,
  repository: RepositoryId,
  files: readonly IncomingFile[],
  maker: Maker,
  making: Making,
): Promise<Result<object>> {
  const common = { message: "Import\n", author: authorOf(maker, ctx.now()) };
  const commit = (ref: string | null, parent: CommitId | null, changes: ReadonlyMap<string, NewContent>) =>
    ctx.forge.commit(repository, { ...common, ref, parent, changes });
  let parent: CommitId | null = null;
  let batch = new Map<string, Uint8Array>();
  let held = 0;
  for (const [done, file] of files.entries()) {
    if (making.signal.aborted) return fail("conflict", "This import was stopped.");
    making.report("Reading the files", (100 * done) / files.length);
    const content = await file.read();
    if (!content.ok) return content;
    batch.set(file.path, content.value);
    held += content.value.byteLength;
    if (held < batchBytes) continue;
    const flushed = await commit(null, parent, batch);
    if (!flushed.ok) return flushed;
    parent = flushed.value;
    batch = new Map();
    held = 0;
  }
  making.report("Saving the first version", null);
  if (parent === null && !files.some((file) => file.executable)) return done(await commit("main", null, batch));
  const last: Result<CommitId> = batch.size > 0 || parent === null ? await commit(null, parent, batch) : ok(parent);
  if (!last.ok) return last;
  const tree = await ctx.forge.listTree(repository, last.value);
  if (!tree.ok) return tree;
  const executable = new Set(files.flatMap((file) => (file.executable ? [file.path] : [])));
  const whole = tree.value.map(({ path, blob }) => [path, { blob, kind: executable.has(path) ? "executable" : "file" }] as const);
  return done(await commit("main", null, new Map(whole)));
}

function done(committed: Result<CommitId>): Result<object> {
  return committed.ok ? ok({}) : committed;
}
