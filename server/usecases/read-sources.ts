import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Services } from "#server/context.ts";
import type { SourceFile } from "#server/ports/environments.ts";

/** All that a build is given: packages belong in archives of packages, not in projects. */
const limitBytes = 100 * 1024 * 1024;

/** The files of one version that an environment is made of, with their content. */
export async function readSources(
  { forge }: Pick<Services, "forge">,
  repositoryId: RepositoryId,
  commit: CommitId,
  paths: readonly string[],
): Promise<Result<ReadonlyMap<string, SourceFile>>> {
  const sources = new Map<string, SourceFile>();
  if (paths.length === 0) return ok(sources);
  const tree = await forge.listTree(repositoryId, commit);
  if (!tree.ok) return tree;
  const kinds = new Map(tree.value.map(({ path, kind }) => [path, kind]));
  let left = limitBytes;
  for (const path of paths) {
    const content = await forge.readFile(repositoryId, commit, path, left);
    if (!content.ok) {
      if (content.failure.code !== "too_large") return content;
      return fail("too_large", `The files that the environment is made of are larger than ${limitBytes / 1024 / 1024} MB together.`);
    }
    left -= content.value.length;
    sources.set(path, { bytes: content.value, executable: kinds.get(path) === "executable" });
  }
  return ok(sources);
}
