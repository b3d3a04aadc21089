import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { runGit } from "./run-git.ts";

/**
 * Fetches one commit and its history from another repository of ours. The ref keeps it from being collected. What both
 * share is not sent; git asks what is there and checks that the rest is whole.
 */
export async function takeOver(folder: string, source: string, commit: CommitId): Promise<Result<void>> {
  const found = await runGit(source, ["cat-file", "-t", commit]);
  if (found.stdout.toString().trim() !== "commit") return fail("not_found", "No such version.");
  const ref = `refs/sheaf/taken/${commit}`;
  const kept = await runGit(folder, ["show-ref", "--verify", "--quiet", "--", ref]);
  if (kept.code === 0) return ok(undefined);
  const quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules"];
  const fetched = await runGit(folder, ["-c", "protocol.version=2", "fetch", ...quiet, "--end-of-options", source, `${commit}:${ref}`], {
    timeoutSeconds: 600,
  });
  if (fetched.code !== 0) throw new Error(`git fetch: ${fetched.stderr}`);
  return ok(undefined);
}
