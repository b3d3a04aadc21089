import type { FileHandle } from "node:fs/promises";
import type { RunFile } from "#lib/domain/run.ts";
import { giveTo, inFolders } from "./home-folders.ts";
import { newFileFlags, openFolder, openInside } from "./safe-open.ts";
import { type FoundFile, walkFiles } from "./walk-files.ts";

const maxFiles = 2000;

/** An open folder to copy into, and whom it belongs to. */
export type Into = { readonly folder: FileHandle; readonly uid: number | null };

/**
 * Copies what is new or changed against every one of `givenFolders`, in the order of names, until `limitBytes` are used up;
 * a file that does not fit is left out whole, never cut.
 */
export async function copyNewFiles(fromFolder: string, givenFolders: readonly string[], into: Into, limitBytes: number): Promise<RunFile[]> {
  const copied: RunFile[] = [];
  let left = limitBytes;
  for await (const found of walkFiles(fromFolder)) {
    if (copied.length >= maxFiles) break;
    if (found.bytes > left || (await isGiven(found, givenFolders))) continue;
    const bytes = await copyFound(found, into);
    left -= bytes;
    copied.push({ path: found.path, bytes });
  }
  return copied;
}

export function copyFound(found: FoundFile, into: Into): Promise<number> {
  return inFoundFolder(found, into, (folder, name) => copyBytes(found.handle, folder, name, found.bytes, into.uid));
}

/** The folder and name that a found file has in the copy. */
export function inFoundFolder<T>(found: FoundFile, { folder, uid }: Into, use: (folder: FileHandle, name: string) => Promise<T>): Promise<T> {
  const names = found.path.split("/");
  return inFolders(folder, names.slice(0, -1), (parent) => use(parent, names.at(-1) ?? ""), { uid });
}

/** Copies at most the size seen at first: a file that somebody goes on writing must not fill the disk. */
async function copyBytes(from: FileHandle, folder: FileHandle, name: string, limitBytes: number, uid: number | null): Promise<number> {
  const to = await openInside(folder, name, newFileFlags);
  const buffer = Buffer.allocUnsafe(256 * 1024);
  let done = 0;
  try {
    await to.chmod(0o600);
    await giveTo(to, uid);
    while (done < limitBytes) {
      const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, limitBytes - done), done);
      if (bytesRead === 0) break;
      await to.write(buffer, 0, bytesRead);
      done += bytesRead;
    }
  } finally {
    await to.close();
  }
  return done;
}

async function isGiven(found: FoundFile, givenFolders: readonly string[]): Promise<boolean> {
  for (const folder of givenFolders) if (await isUnchanged(found, folder)) return true;
  return false;
}

async function isUnchanged(found: FoundFile, givenFolder: string): Promise<boolean> {
  const given = await openBelow(givenFolder, found.path).catch(() => null);
  if (!given) return false;
  try {
    const stat = await given.stat();
    return stat.isFile() && stat.size === found.bytes && (await sameBytes(found.handle, given, found.bytes));
  } finally {
    await given.close();
  }
}

async function sameBytes(a: FileHandle, b: FileHandle, bytes: number): Promise<boolean> {
  const size = 256 * 1024;
  const [one, other] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
  for (let at = 0; at < bytes; at += size) {
    const [x, y] = await Promise.all([a.read(one, 0, size, at), b.read(other, 0, size, at)]);
    if (x.bytesRead !== y.bytesRead || !one.subarray(0, x.bytesRead).equals(other.subarray(0, y.bytesRead))) return false;
  }
  return true;
}

/** Opens a file by a path of checked names, refusing a link at every step. */
export async function openBelow(folder: string, relative: string): Promise<FileHandle> {
  let at = await openFolder(folder);
  for (const name of relative.split("/")) {
    const next = await openInside(at, name).finally(() => at.close());
    at = next;
  }
  return at;
}
