import { closeSync, constants, openSync, writeSync } from "node:fs";
import { mkdir, realpath, rm, symlink } from "node:fs/promises";
import path from "node:path";
import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { isTreePath } from "./git-names.ts";
import type { ObjectReader } from "./object-reader.ts";
import { runGit } from "./run-git.ts";

type Entry = { readonly mode: string; readonly id: string; readonly path: string };

/**
 * Writes exactly the bytes of the commit: no attributes, filters or line-ending changes, which `git archive` would apply.
 * Files are created only where nothing stands, links come last, so that a crafted tree cannot write through one.
 */
export async function exportTree(folder: string, reader: ObjectReader, commit: CommitId, into: string): Promise<Result<void>> {
  const listed = await runGit(folder, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit]);
  if (listed.code !== 0) return fail("not_found", "No such commit.");
  const entries = parseTree(listed.stdout.toString());
  const root = await realpath(into);
  const bad = entries.find((entry) => !isTreePath(entry.path));
  if (bad) return fail("invalid", `The repository holds a path that cannot be used: ${JSON.stringify(bad.path)}`);
  const folders = new Set(entries.map((entry) => path.posix.dirname(entry.path)));
  for (const name of folders) await mkdir(path.join(root, name), { recursive: true });
  const files = entries.filter((entry) => entry.mode.startsWith("100"));
  await Promise.all(files.map((entry) => writeFile(reader, entry, root)));
  return writeLinks(
    reader,
    entries.filter((entry) => entry.mode === "120000"),
    root,
  );
}

function parseTree(text: string): Entry[] {
  return text
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", , id = ""] = line.slice(0, tab).split(" ");
      return { mode, id, path: line.slice(tab + 1) };
    });
}

async function writeFile(reader: ObjectReader, entry: Entry, root: string): Promise<void> {
  // Opened at the first byte: a tree of ten thousand files must not hold as many open files.
  const target = path.join(root, entry.path);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const mode = entry.mode === "100755" ? 0o755 : 0o644;
  let file: number | null = null;
  let problem: unknown = null;
  const write = (chunk: Buffer): void => {
    try {
      file ??= openSync(target, flags, mode);
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
    } catch (error) {
      problem ??= error;
    }
  };
  const head = await reader.contents(entry.id, write).finally(() => file !== null && closeSync(file));
  if (problem) throw problem;
  if (!head) throw new Error(`object ${entry.id} is missing`);
  if (head.bytes === 0) closeSync(openSync(target, flags, mode));
}

async function writeLinks(reader: ObjectReader, links: readonly Entry[], root: string): Promise<Result<void>> {
  for (const link of links) {
    const chunks: Buffer[] = [];
    await reader.contents(link.id, (chunk) => chunks.push(chunk));
    const target = Buffer.concat(chunks).toString();
    const lands = path.posix.normalize(path.posix.join(path.posix.dirname(link.path), target));
    if (target === "" || target.includes("\0") || path.posix.isAbsolute(target) || lands === ".." || lands.startsWith("../")) return leaves(link);
    await symlink(target, path.join(root, link.path));
  }
  // Only the file system knows where links that go through other links end.
  for (const link of links) {
    const at = path.join(root, link.path);
    const real = await realpath(at).catch(() => null);
    if (real === null) await rm(at);
    else if (real !== root && !real.startsWith(`${root}/`)) return leaves(link);
  }
  return ok(undefined);
}

function leaves(link: Entry): Result<void> {
  return fail("invalid", `The link ${link.path} leads out of the repository.`);
}
