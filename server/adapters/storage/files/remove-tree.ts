import { type FileHandle, lstat, open, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { randomText } from "#server/ids.ts";
import { codeOf, folderFlags, ignoring, inside, itself, openFolderInside } from "./safe-open.ts";

/**
 * Removes a name with all that is below it, also on a full disk. However deep it is, two folders are open at most: folders
 * inside a folder are first moved up. Links are removed, never followed; what somebody adds meanwhile is removed as well.
 */
export async function removeTree(folder: FileHandle, name: string): Promise<void> {
  const found = await lstat(inside(folder, name)).catch(ignoring("ENOENT"));
  if (!found) return;
  if (!found.isDirectory()) {
    await unlink(inside(folder, name)).catch(ignoring("ENOENT"));
    return;
  }
  // Out of sight at once, and out of the way of who works in it.
  const doomed = `.${randomText(20)}`;
  await rename(inside(folder, name), inside(folder, doomed));
  const flat = await openFolderInside(folder, doomed);
  try {
    await flat.chmod(0o700);
    await empty(flat);
  } finally {
    await flat.close();
  }
  await rmdir(inside(folder, doomed));
}

/** Takes a folder apart until nothing is left in it. Names are bytes here: they need not be text. */
async function empty(flat: FileHandle): Promise<void> {
  for (;;) {
    const names = await readdir(itself(flat), { encoding: "buffer" });
    if (names.length === 0) return;
    for (const name of names) await takeApart(flat, name);
  }
}

async function takeApart(flat: FileHandle, name: Buffer): Promise<void> {
  const child = await open(below(flat, name), folderFlags).catch(async (error: unknown) => {
    if (!["ENOTDIR", "ELOOP"].includes(codeOf(error) ?? "")) throw error;
    await unlink(below(flat, name));
    return null;
  });
  if (!child) return;
  try {
    // Read-only folders of one's own, where the server is no root.
    await child.chmod(0o700);
    for (const inner of await readdir(itself(child), { withFileTypes: true, encoding: "buffer" })) {
      if (inner.isDirectory()) await rename(below(child, inner.name), inside(flat, randomText(20))).catch(ignoring("ENOENT"));
      else await unlink(below(child, inner.name)).catch(ignoring("ENOENT", "EISDIR", "EPERM"));
    }
  } finally {
    await child.close();
  }
  await rmdir(below(flat, name)).catch(ignoring("ENOTEMPTY", "ENOENT"));
}

function below(folder: FileHandle, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(inside(folder, "")), name]);
}
