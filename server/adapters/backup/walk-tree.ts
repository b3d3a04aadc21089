import type { BigIntStats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, readlink } from "node:fs/promises";
import type { BytePath } from "./manifest.ts";

/** Something found below a folder. `handle` is open only while the consumer has it. */
export type Found = { readonly path: BytePath; readonly stat: BigIntStats } & (
  | { readonly kind: "folder" }
  | { readonly kind: "link"; readonly target: BytePath }
  | { readonly kind: "file"; readonly handle: FileHandle }
  | { readonly kind: "unreadable"; readonly why: string }
);

export type Leaving = (path: BytePath) => boolean;

const maxDepth = 200;
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const folderFlags = fileFlags | constants.O_DIRECTORY;

/**
 * Everything below a folder into which somebody else's programs may be writing: each name is opened within its folder, and no
 * link is followed. Names are bytes. Sockets, pipes and devices are left out; what vanishes meanwhile is not there.
 */
export async function* walkTree(folder: string, prefix: BytePath, leave: Leaving = () => false): AsyncGenerator<Found> {
  const root = await open(folder, folderFlags).catch(unlessGone);
  if (!root) return;
  try {
    yield { kind: "folder", path: prefix, stat: await root.stat({ bigint: true }) };
    yield* walkBelow(root, `${prefix}/`, leave, 0);
  } finally {
    await root.close();
  }
}

async function* walkBelow(folder: FileHandle, prefix: BytePath, leave: Leaving, depth: number): AsyncGenerator<Found> {
  const names = (await readdir(`/proc/self/fd/${folder.fd}/.`, { encoding: "latin1" })).sort();
  for (const name of names) {
    const path = prefix + name;
    if (leave(path)) continue;
    yield* look(folder, name, path, leave, depth);
  }
}

async function* look(folder: FileHandle, name: string, path: BytePath, leave: Leaving, depth: number): AsyncGenerator<Found> {
  const place = within(folder, name);
  const stat = await lstat(place, { bigint: true }).catch(unlessGone);
  if (!stat) return;
  if (stat.isSymbolicLink()) {
    const target = await readlink(place, { encoding: "latin1" }).catch(unlessGone);
    if (target !== undefined) yield { kind: "link", path, stat, target };
    return;
  }
  if (!stat.isFile() && !stat.isDirectory()) return;
  if (stat.isDirectory() && depth >= maxDepth) return void (yield { kind: "unreadable", path, stat, why: `deeper than ${maxDepth} folders` });
  const opened = await openOne(place, stat.isDirectory() ? folderFlags : fileFlags);
  if (typeof opened === "string") return void (yield { kind: "unreadable", path, stat, why: opened });
  if (!opened) return;
  try {
    const seen = await opened.stat({ bigint: true });
    if (seen.isFile()) yield { kind: "file", path, stat: seen, handle: opened };
    else if (seen.isDirectory()) {
      yield { kind: "folder", path, stat: seen };
      yield* walkBelow(opened, `${path}/`, leave, depth + 1);
    }
  } finally {
    await opened.close();
  }
}

/** The reason as text where it is there and cannot be opened; undefined where it is gone or has become something else. */
async function openOne(place: Buffer, flags: number): Promise<FileHandle | string | undefined> {
  return open(place, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EACCES" || error.code === "EPERM" || error.code === "EIO") return error.code;
    return unlessGone(error);
  });
}

function within(folder: FileHandle, name: string): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${folder.fd}/`), Buffer.from(name, "latin1")]);
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (!["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"].includes(error.code ?? "")) throw error;
  return undefined;
}
