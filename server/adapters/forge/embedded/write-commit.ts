import { randomBytes } from "node:crypto";
import path from "node:path";
import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { CommitRequest, NewContent, TreeFile } from "#server/ports/forge.ts";
import { isBlobId, isCommitId, isRefName, isTreePath } from "./git-names.ts";
import type { ObjectReader } from "./object-reader.ts";
import { readRef } from "./read-ref.ts";
import { runGit } from "./run-git.ts";
import { removeOld, removeStaleLocks, staleMs } from "./stale-locks.ts";
import { readTreeObject } from "./tree-object.ts";

/** Commits on their way to a branch, and those that wait for another to bring them in; maintenance drops old ones. */
export const incomingRefs = "refs/sheaf/incoming";
const modes = { file: "100644", executable: "100755", link: "120000", module: "160000" } as const satisfies Record<TreeFile["kind"], string>;

/** For a first commit of many gigabytes; an ordinary one takes milliseconds. */
const timeoutSeconds = 1800;
/** Somebody who was killed a moment ago left a lock that is not yet stale: a save waits for it and does not fail. */
const lockPatienceMs = staleMs + 5_000;
const lockPauseMs = 150;

/**
 * One commit by `git fast-import` (a third of the time that a temporary index takes), written to a ref of its own
 * and then swapped into the branch only if the branch still stands where the caller saw it.
 */
export async function writeCommit(folder: string, reader: ObjectReader, request: CommitRequest): Promise<Result<CommitId>> {
  const problem = requestProblem(request) ?? (await missingObject(reader, request));
  if (problem) return fail("invalid", problem);
  // Told before anything is written: most conflicts are seen here, and leave nothing to collect.
  if (request.ref !== null && (await readRef(folder, request.ref)) !== request.parent) return moved();
  const temporary = `${incomingRefs}/${Math.floor(Date.now() / 1000)}-${randomBytes(12).toString("hex")}`;
  const executable = await executablesOf(reader, request);
  const imported = await runGit(folder, ["fast-import", "--quiet", "--done"], { input: importStream(request, temporary, executable), timeoutSeconds }).catch(
    async (error: unknown) => {
      // What it had written already would take the room of the next try.
      await removeHalfPacks(folder);
      throw error;
    },
  );
  const commit = imported.stdout.toString().trim();
  if (imported.code !== 0 || !isCommitId(commit)) throw new Error(`git fast-import: ${imported.stderr}`);
  return request.ref === null ? ok(commit) : swapRef(folder, { ref: request.ref, parent: request.parent }, temporary, commit);
}

/** Longer than a git that lives goes without writing to its pack. */
const halfPackMs = 60_000;

async function removeHalfPacks(folder: string): Promise<void> {
  await removeOld(path.join(folder, "objects/pack"), (name) => /^tmp_(?:pack|idx)_/.test(name), halfPackMs);
}

function requestProblem(request: CommitRequest): string | null {
  if (request.ref !== null && !isRefName(request.ref)) return "This is not a valid branch name.";
  if (request.parent !== null && !isCommitId(request.parent)) return "This is not a valid commit.";
  if (request.merged !== undefined && !isCommitId(request.merged)) return "This is not a valid commit.";
  for (const [name, content] of request.changes) {
    if (!isTreePath(name)) return `This is not a valid path: ${JSON.stringify(name)}`;
    if (isNamed(content) && !isBlobId(content.blob)) return `This is not the content of a file: ${JSON.stringify(name)}`;
  }
  return null;
}

/** What the commit builds on has to be there: git would otherwise write a commit that cannot be read. */
async function missingObject(reader: ObjectReader, request: CommitRequest): Promise<string | null> {
  const commits = [request.parent, request.merged].filter((id) => id !== null && id !== undefined);
  // A module's commit is in another repository.
  const blobs = [...request.changes.values()]
    .filter((content) => isNamed(content))
    .filter((content) => content.kind !== "module")
    .map((content) => content.blob);
  const types = await Promise.all([...commits, ...blobs].map(async (id) => (await reader.info(id))?.type));
  if (types.slice(0, commits.length).some((type) => type !== "commit")) return "The version that this one builds on is not in this project.";
  return types.slice(commits.length).some((type) => type !== "blob") ? "A file's content is not in this project." : null;
}

/** Paths that are executable now: their new content stays so. */
async function executablesOf(reader: ObjectReader, request: CommitRequest): Promise<ReadonlySet<string>> {
  const { parent } = request;
  if (!parent) return new Set();
  const folders = new Set([...request.changes].filter(([, content]) => content !== null).map(([name]) => path.posix.dirname(name)));
  const found = await Promise.all(
    [...folders].map(async (name) => {
      const entries = (await readTreeObject(reader, name === "." ? `${parent}^{tree}` : `${parent}:${name}`)) ?? [];
      return entries.filter((entry) => entry.mode === "100755").map((entry) => (name === "." ? entry.name : `${name}/${entry.name}`));
    }),
  );
  return new Set(found.flat());
}

function* importStream(request: CommitRequest, ref: string, executable: ReadonlySet<string>): Generator<string | Uint8Array> {
  const message = Buffer.from(request.message);
  const who = `${plain(request.author.name)} <${plain(request.author.email)}> ${Math.floor(request.author.at.getTime() / 1000)} +0000`;
  yield `commit ${ref}\nmark :1\nauthor ${who}\ncommitter ${who}\ndata ${message.length}\n`;
  yield message;
  yield request.parent ? `\nfrom ${request.parent}\n` : "\n";
  if (request.merged) yield `merge ${request.merged}\n`;
  // Removals first: a file may stand where a folder was, and the other way round.
  for (const [name, content] of request.changes) if (content === null) yield `D ${quote(name)}\n`;
  for (const [name, content] of request.changes) {
    if (content === null) continue;
    const kind = (content instanceof Uint8Array ? undefined : content.kind) ?? (executable.has(name) ? "executable" : "file");
    if (isNamed(content)) yield `M ${modes[kind]} ${content.blob} ${quote(name)}\n`;
    else {
      const bytes = content instanceof Uint8Array ? content : content.bytes;
      yield `M ${modes[kind]} inline ${quote(name)}\ndata ${bytes.length}\n`;
      yield bytes;
      yield "\n";
    }
  }
  yield "get-mark :1\ndone\n";
}

async function swapRef(folder: string, request: { ref: string; parent: CommitId | null }, temporary: string, commit: CommitId): Promise<Result<CommitId>> {
  const before = request.parent ?? "0".repeat(commit.length);
  const branch = `refs/heads/${request.ref}`;
  const giveUpAt = Date.now() + lockPatienceMs;
  for (;;) {
    const swapped = await runGit(folder, ["update-ref", "--stdin"], {
      input: [`start\nupdate ${branch} ${commit} ${before}\ndelete ${temporary} ${commit}\ncommit\n`],
    });
    if (swapped.code === 0) return ok(commit);
    const stands = await readRef(folder, request.ref);
    const lost = stands !== request.parent;
    if (lost || Date.now() > giveUpAt) {
      await runGit(folder, ["update-ref", "-d", "--end-of-options", temporary]);
      if (lost) return moved();
      throw new Error(`git update-ref: ${swapped.stderr}`);
    }
    // The branch has not moved, so that its lock is held: by somebody who may fail, or by a git that was killed.
    await removeStaleLocks(folder);
    await new Promise((resolve) => setTimeout(resolve, lockPauseMs));
  }
}

function isNamed(content: NewContent): content is Extract<NewContent, { blob: BlobId }> {
  return content !== null && "blob" in content;
}

function moved(): Result<never> {
  return fail("conflict", "Somebody saved a newer version meanwhile.");
}

/** Names in a commit end at these characters. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.replace(/[\u0000-\u001f<>]/g, " ").trim() || "unknown";
}

function quote(name: string): string {
  return `"${name.replace(/[\\"]/g, "\\$&")}"`;
}
