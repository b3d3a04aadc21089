import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { ForgeChange } from "#server/ports/forge.ts";
import { runGit } from "./run-git.ts";

/** The empty tree has the same id everywhere; git knows it without having it. */
const emptyTrees: Readonly<Record<number, string>> = {
  40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};
/** Moves with changes are looked for between this many removed and added files; identical files always. */
const maxMoved = 400;
const maxBytes = 64 * 1024 * 1024;

export async function compareCommits(folder: string, from: CommitId | null, to: CommitId): Promise<Result<readonly ForgeChange[]>> {
  const before = from ?? emptyTrees[to.length] ?? "";
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv", "-M", `-l${maxMoved}`, "--end-of-options", before, to];
  const compared = await runGit(folder, args, { limitBytes: maxBytes });
  if (compared.tooMuch) return fail("too_large", "The two versions differ in too many files to be compared.");
  return compared.code === 0 ? ok(parseRaw(compared.stdout.toString())) : fail("not_found", "No such version.");
}

/** `:mode mode id id status NUL path NUL`, for moves with the former path before the path. */
function parseRaw(text: string): ForgeChange[] {
  const parts = text.split("\0");
  const changes: ForgeChange[] = [];
  for (let at = 0; at + 1 < parts.length; ) {
    const [, , from = "", to = "", status = ""] = (parts[at] ?? "").split(" ");
    const moved = status.startsWith("R");
    const path = parts[at + (moved ? 2 : 1)] ?? "";
    changes.push({ path, ...(moved ? { from: parts[at + 1] ?? "" } : {}), kind: kindOf(status), fromBlob: blobOf(from), toBlob: blobOf(to) });
    at += moved ? 3 : 2;
  }
  return changes;
}

function kindOf(status: string): ForgeChange["kind"] {
  if (status.startsWith("R")) return "moved";
  if (status === "A") return "added";
  return status === "D" ? "removed" : "changed";
}

function blobOf(id: string): BlobId | null {
  return /^0*$/.test(id) ? null : (id as BlobId);
}
