import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { TreeFile } from "#server/ports/forge.ts";
import { runGit } from "./run-git.ts";

/** A tree may name the same folder in many places, so that a few objects stand for endless files. */
const maxFiles = 200_000;
const maxBytes = 64 * 1024 * 1024;
const timeoutSeconds = 60;

/** Every file of a commit, names as they are, in git's order of paths. */
export async function listTree(folder: string, commit: CommitId): Promise<Result<readonly TreeFile[]>> {
  const listed = await runGit(folder, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit], { limitBytes: maxBytes, timeoutSeconds });
  // Ended, by what it said or by how long it took.
  if (listed.code === null) return tooMany();
  if (listed.code !== 0) return fail("not_found", "No such version.");
  const files = parseTree(listed.stdout);
  return files.length > maxFiles ? tooMany() : ok(files);
}

function tooMany(): Result<never> {
  return fail("too_large", `The version holds more than ${maxFiles.toLocaleString("en")} files.`);
}

/** `mode SP type SP id TAB path NUL`. */
function parseTree(data: Buffer): TreeFile[] {
  const text = data.toString();
  const files: TreeFile[] = [];
  for (let at = 0; at < text.length; ) {
    const tab = text.indexOf("\t", at);
    const end = text.indexOf("\0", tab);
    if (tab < 0 || end < 0) throw new Error("git ls-tree ended in the middle of a line");
    const mode = text.slice(at, at + 6);
    files.push({ path: text.slice(tab + 1, end), kind: kindOf(mode), blob: text.slice(text.lastIndexOf(" ", tab) + 1, tab) as BlobId });
    at = end + 1;
  }
  return files;
}

function kindOf(mode: string): TreeFile["kind"] {
  if (mode === "120000") return "link";
  if (mode === "160000") return "module";
  return mode === "100755" ? "executable" : "file";
}
