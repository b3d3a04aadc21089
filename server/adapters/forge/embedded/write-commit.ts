import { randomBytes } from "node:crypto";
import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { CommitRequest, TreeFile } from "#server/ports/forge.ts";
import { isCommitId, isRefName, isTreePath } from "./git-names.ts";
import { runGit } from "./run-git.ts";

/**
 * One commit by `git fast-import` (a third of the time that a temporary index takes), written to a ref of its own
 * and then swapped into the branch only if the branch still stands where the caller saw it.
 */
export async function writeCommit(folder: string, request: CommitRequest): Promise<Result<CommitId>> {
  const problem = requestProblem(request);
  if (problem) return fail("invalid", problem);
  const temporary = `refs/sheaf/incoming/${randomBytes(12).toString("hex")}`;
  const imported = await runGit(folder, ["fast-import", "--quiet", "--done"], importStream(request, temporary));
  const commit = imported.stdout.toString().trim();
  if (imported.code !== 0 || !isCommitId(commit)) throw new Error(`git fast-import: ${imported.stderr}`);
  if (request.ref !== null) return swapRef(folder, { ...request, ref: request.ref }, temporary, commit);
  // What no branch reaches stays until the next collection finds it old.
  await forgetRef(folder, temporary);
  return ok(commit);
}

const modes = { file: "100644", executable: "100755", link: "120000", module: "160000" } as const satisfies Record<TreeFile["kind"], string>;

function requestProblem(request: CommitRequest): string | null {
  if (request.ref !== null && !isRefName(request.ref)) return "This is not a valid branch name.";
  if (request.parent !== null && !isCommitId(request.parent)) return "This is not a valid commit.";
  for (const path of request.changes.keys()) if (!isTreePath(path)) return `This is not a valid path: ${JSON.stringify(path)}`;
  return null;
}

function* importStream(request: CommitRequest, ref: string): Generator<string | Uint8Array> {
  const message = Buffer.from(request.message);
  const who = `${plain(request.author.name)} <${plain(request.author.email)}> ${Math.floor(request.author.at.getTime() / 1000)} +0000`;
  yield `commit ${ref}\nmark :1\nauthor ${who}\ncommitter ${who}\ndata ${message.length}\n`;
  yield message;
  yield request.parent ? `\nfrom ${request.parent}\n` : "\n";
  for (const [path, content] of request.changes) {
    if (content === null) yield `D ${quote(path)}\n`;
    else if (!(content instanceof Uint8Array)) yield `M ${modes[content.kind ?? "file"]} ${content.blob} ${quote(path)}\n`;
    else {
      yield `M 100644 inline ${quote(path)}\ndata ${content.length}\n`;
      yield content;
      yield "\n";
    }
  }
  yield "get-mark :1\ndone\n";
}

async function swapRef(folder: string, request: CommitRequest & { readonly ref: string }, temporary: string, commit: CommitId): Promise<Result<CommitId>> {
  const before = request.parent ?? "0".repeat(commit.length);
  const swapped = await runGit(folder, ["update-ref", "--stdin"], [`start\nupdate refs/heads/${request.ref} ${commit} ${before}\ncommit\n`]);
  await forgetRef(folder, temporary);
  return swapped.code === 0 ? ok(commit) : fail("conflict", "Somebody saved a newer version meanwhile.");
}

async function forgetRef(folder: string, temporary: string): Promise<void> {
  await runGit(folder, ["update-ref", "-d", "--end-of-options", temporary]);
}

/** Names in a commit end at these characters. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.replace(/[\u0000-\u001f<>]/g, " ").trim() || "unknown";
}

function quote(path: string): string {
  return `"${path.replace(/[\\"]/g, "\\$&")}"`;
}
