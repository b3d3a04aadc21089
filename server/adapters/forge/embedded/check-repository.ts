import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { isCommitId } from "./git-names.ts";
import type { ObjectReader } from "./object-reader.ts";
import { runGit } from "./run-git.ts";

/** All of a large repository is read and hashed. */
const timeoutSeconds = 3600;

/** Reads every object that there is, and looks for the commits; the failure names what is wrong. */
export async function checkRepository(folder: string, reader: ObjectReader, commits: readonly CommitId[]): Promise<Result<void>> {
  const checked = await runGit(folder, ["fsck", "--full", "--no-dangling", "--no-progress"], { timeoutSeconds, gentle: true });
  if (checked.code !== 0) return fail("unavailable", `It is damaged: ${firstLine(checked.stderr) || firstLine(checked.stdout.toString())}`);
  for (const commit of commits) {
    if (!isCommitId(commit) || (await reader.info(commit))?.type !== "commit") return fail("not_found", `It lacks the version ${commit}.`);
  }
  return ok(undefined);
}

function firstLine(text: string): string {
  return (
    text
      .split("\n")
      .find((line) => /error|fatal|missing|broken|corrupt/i.test(line))
      ?.slice(0, 300) ?? ""
  );
}
