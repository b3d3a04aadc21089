import { closeSync, constants, openSync, writeSync } from "node:fs";
import { mkdir, realpath, rm, symlink } from "node:fs/promises";
import path from "node:path";
import type { CommitId } from "#lib/domain/ids.ts";
import { formatBytes } from "#lib/format.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { TreeFile } from "#server/ports/forge.ts";
import { isTreePath } from "./git-names.ts";
import { listTree } from "./list-tree.ts";
import type { ObjectReader } from "./object-reader.ts";

export type ExportInto = { readonly into: string; readonly limitBytes: number };

/**
 * Writes exactly the bytes of the commit: no attributes, filters or line-ending changes, which `git archive` would apply.
 * Files are created only where nothing stands, links come last, so that a crafted tree cannot write through one.
 */
export async function exportTree(folder: string, reader: ObjectReader, commit: CommitId, { into, limitBytes }: ExportInto): Promise<Result<void>> {
  const listed = await listTree(folder, commit);
  if (!listed.ok) return listed;
  const entries = listed.value;
  if ((await bytesOf(reader, entries)) > limitBytes)
    return fail("too_large", `The files of this version are larger than ${formatBytes(limitBytes)} together, which is more than a run may hold.`);
  const root = await realpath(into);
  const bad = entries.find((entry) => !isTreePath(entry.path));
  if (bad) return fail("invalid", `The repository holds a path that cannot be used: ${JSON.stringify(bad.path)}`);
  const folders = new Set(entries.map((entry) => path.posix.dirname(entry.path)));
  for (const name of folders) await mkdir(path.join(root, name), { recursive: true });
  const files = entries.filter((entry) => entry.kind === "file" || entry.kind === "executable");
  await Promise.all(files.map((entry) => writeFile(reader, entry, root)));
  return writeLinks(
    reader,
    entries.filter((entry) => entry.kind === "link"),
    root,
  );
}

/** A few kilobytes of a repository can stand for any number of bytes: one content at many paths, or nothing but zeros. */
async function bytesOf(reader: ObjectReader, entries: readonly TreeFile[]): Promise<number> {
  const blobs = new Map<string, number>();
  for (const { blob, kind } of entries) if (kind !== "module") blobs.set(blob, (blobs.get(blob) ?? 0) + 1);
  const sizes = await Promise.all([...blobs].map(async ([blob, times]) => ((await reader.info(blob))?.bytes ?? 0) * times));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

async function writeFile(reader: ObjectReader, entry: TreeFile, root: string): Promise<void> {
  // Opened at the first byte: a tree of ten thousand files must not hold as many open files.
  const target = path.join(root, entry.path);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const mode = entry.kind === "executable" ? 0o755 : 0o644;
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
  const head = await reader.contents(entry.blob, write).finally(() => file !== null && closeSync(file));
  if (problem) throw problem;
  if (!head) throw new Error(`object ${entry.blob} is missing`);
  if (head.bytes === 0) closeSync(openSync(target, flags, mode));
}

async function writeLinks(reader: ObjectReader, links: readonly TreeFile[], root: string): Promise<Result<void>> {
  for (const link of links) {
    const chunks: Buffer[] = [];
    await reader.contents(link.blob, (chunk) => chunks.push(chunk));
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

function leaves(link: TreeFile): Result<void> {
  return fail("invalid", `The link ${link.path} leads out of the repository.`);
}
