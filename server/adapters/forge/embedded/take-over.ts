import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { ObjectReader } from "./object-reader.ts";
import { readFullRef } from "./read-ref.ts";
import { runGit } from "./run-git.ts";
import { removeStaleLocks } from "./stale-locks.ts";

const timeoutSeconds = 600;
const tries = 3;

/**
 * Fetches one commit and its history from another repository of ours. The ref keeps it from being collected. What both
 * share is not sent; git asks what is there and checks that the rest is whole.
 */
export async function takeOver(folder: string, source: { folder: string; reader: ObjectReader }, commit: CommitId): Promise<Result<void>> {
  if ((await source.reader.info(commit))?.type !== "commit") return fail("not_found", "No such version.");
  const ref = `refs/sheaf/taken/${commit}`;
  const quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules"];
  for (let attempt = 1; (await readFullRef(folder, ref)) === null; attempt++) {
    const fetched = await runGit(folder, ["-c", "protocol.version=2", "fetch", ...quiet, "--end-of-options", source.folder, `${commit}:${ref}`], {
      timeoutSeconds,
    });
    if (fetched.code === 0) break;
    if (attempt === tries) throw new Error(`git fetch: ${fetched.stderr}`);
    // Somebody else takes over the same commit, or was killed while doing so.
    await removeStaleLocks(folder);
  }
  return ok(undefined);
}
