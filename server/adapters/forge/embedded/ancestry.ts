import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { isCommitId } from "./git-names.ts";
import { runGit } from "./run-git.ts";

/** False also where one of the two is not there: git then ends with 128. */
export async function isAncestor(folder: string, ancestor: CommitId, commit: CommitId): Promise<boolean> {
  return (await runGit(folder, ["merge-base", "--is-ancestor", "--end-of-options", ancestor, commit])).code === 0;
}

export async function mergeBase(folder: string, one: CommitId, other: CommitId): Promise<Result<CommitId | null>> {
  const found = await runGit(folder, ["merge-base", "--end-of-options", one, other]);
  const base = found.stdout.toString().trim();
  if (found.code === 0 && isCommitId(base)) return ok(base);
  return found.code === 1 ? ok(null) : fail("not_found", "No such version.");
}
