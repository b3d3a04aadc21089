import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { VersionView } from "#lib/domain/project.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { ForgeVersion, TreeFile } from "#server/ports/forge.ts";
import type { ReadyProject } from "./find-project.ts";
import { createMemory } from "./remember.ts";

/** The one line of a project. */
export const mainLine = "main";

export type Tree = ReadonlyMap<string, TreeFile>;

const noFile = fail("not_found", "No such file.");
const noVersion = fail("not_found", "This project has no such version.");

// Commits never change: what was read of one stays true.
const trees = createMemory<Tree>(100_000, (tree) => tree.size + 1);
const views = createMemory<VersionView>(2000);
const reachable = createMemory<true>(5000);

/** The newest version; null while the project is empty. */
export async function newestOf(ctx: Pick<Context, "forge">, repository: RepositoryId): Promise<Result<CommitId | null>> {
  const found = await ctx.forge.resolve(repository, mainLine);
  return found.ok || found.failure.code !== "not_found" ? found : ok(null);
}

export function versionView(version: ForgeVersion): VersionView {
  return { commit: version.commit, number: version.number, message: version.message, author: version.author, at: version.at.toISOString() };
}

export async function versionAt(ctx: Pick<Context, "forge">, repository: RepositoryId, commit: CommitId): Promise<Result<VersionView>> {
  const key = `${repository} ${commit}`;
  const known = views.get(key);
  if (known) return ok(known);
  const page = await ctx.forge.history(repository, commit, { limit: 1 });
  if (!page.ok) return page;
  const [version] = page.value.versions;
  if (!version) return noVersion;
  views.set(key, versionView(version));
  return ok(versionView(version));
}

/** Every file of a version by its path; null is the empty project. */
export async function treeOf(ctx: Pick<Context, "forge">, repository: RepositoryId, commit: CommitId | null): Promise<Result<Tree>> {
  if (commit === null) return ok(new Map());
  const key = `${repository} ${commit}`;
  const known = trees.get(key);
  if (known) return ok(known);
  const listed = await ctx.forge.listTree(repository, commit);
  if (!listed.ok) return listed;
  const tree = new Map(listed.value.map((file) => [file.path, file]));
  trees.set(key, tree);
  return ok(tree);
}

/**
 * The version that somebody named; "newest" or nothing is the newest. Others must be part of what the project's line grew
 * from: a repository may hold more than its readers shall see.
 */
export async function readableVersion(ctx: Pick<Context, "forge">, project: ReadyProject, asked: string | undefined): Promise<Result<CommitId>> {
  const newest = await newestOf(ctx, project.repositoryId);
  if (!newest.ok) return newest;
  if (newest.value === null) return fail("not_found", "This project has no version yet.");
  if (asked === undefined || asked === "newest" || asked === newest.value) return ok(newest.value);
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(asked)) return noVersion;
  const commit = asked as CommitId;
  const key = `${project.repositoryId} ${commit}`;
  if (reachable.get(key)) return ok(commit);
  const isPart = await ctx.forge.isAncestor(project.repositoryId, commit, newest.value);
  if (!isPart.ok) return isPart;
  if (!isPart.value) return noVersion;
  reachable.set(key, true);
  return ok(commit);
}

/** Reads files of a tree by their content's name. */
export function readFrom(ctx: Pick<Context, "forge">, repository: RepositoryId, tree: Tree, limitBytes: number): (path: string) => Promise<Result<Uint8Array>> {
  return async (path) => {
    const file = tree.get(path);
    return file ? ctx.forge.readBlob(repository, file.blob, limitBytes) : noFile;
  };
}
