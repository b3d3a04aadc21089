import { readFile } from "node:fs/promises";
import path from "node:path";
import type { CommitId } from "#lib/domain/ids.ts";
import { isCommitId } from "./git-names.ts";

/** Where a branch stands; null where there is no such branch. */
export function readRef(folder: string, branch: string): Promise<CommitId | null> {
  return readFullRef(folder, `refs/heads/${branch}`);
}

/**
 * Without a process: the ref's own file, else its line in `packed-refs`. In this order nothing is missed, since git
 * packs a ref before it removes its file.
 */
export async function readFullRef(folder: string, ref: string): Promise<CommitId | null> {
  const loose = (await readText(path.join(folder, ref))).trim();
  if (isCommitId(loose)) return loose;
  const line = (await readText(path.join(folder, "packed-refs"))).split("\n").find((one) => one.endsWith(` ${ref}`));
  const packed = line?.slice(0, -ref.length - 1) ?? "";
  return isCommitId(packed) ? packed : null;
}

function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    // A folder where a file was asked for: "a" where there is only "a/b".
    if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "EISDIR") return "";
    throw error;
  });
}
