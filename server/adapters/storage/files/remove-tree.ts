import { type FileHandle, lstat, mkdir, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { randomText } from "#server/ids.ts";
import { codeOf, ignoring, inside, itself, openFolderInside } from "./safe-open.ts";

/**
 * Removes a name with all that is below it. However deep it is, two folders are open at most: folders inside a folder are
 * first moved up beside it. Links are removed, never followed; what somebody adds meanwhile is removed as well.
 */
export async function removeTree(folder: FileHandle, name: string): Promise<void> {
  const doomed = `.${randomText(20)}`;
  const found = await lstat(inside(folder, name)).catch(ignoring("ENOENT"));
  if (!found) return;
  if (!found.isDirectory()) {
    await unlink(inside(folder, name)).catch(ignoring("ENOENT"));
    return;
  }
  await mkdir(inside(folder, doomed), { mode: 0o700 });
  const flat = await openFolderInside(folder, doomed);
  try {
    await rename(inside(folder, name), inside(flat, randomText(20)));
    await empty(flat);
  } finally {
    await flat.close();
  }
  await rmdir(inside(folder, doomed));
}

/** Takes a folder apart until nothing is left in it. */
async function empty(flat: FileHandle): Promise<void> {
  for (;;) {
    const names = await readdir(itself(flat));
    if (names.length === 0) return;
    for (const name of names) await takeApart(flat, name);
  }
}

async function takeApart(flat: FileHandle, name: string): Promise<void> {
  const child = await openFolderInside(flat, name).catch(async (error: unknown) => {
    if (!["ENOTDIR", "ELOOP"].includes(codeOf(error) ?? "")) throw error;
    await unlink(inside(flat, name));
    return null;
  });
  if (!child) return;
  try {
    // Read-only folders of one's own, where the server is no root.
    await child.chmod(0o700);
    for (const inner of await readdir(itself(child), { withFileTypes: true })) {
      if (inner.isDirectory()) await rename(inside(child, inner.name), inside(flat, randomText(20))).catch(ignoring("ENOENT"));
      else await unlink(inside(child, inner.name)).catch(ignoring("ENOENT", "EISDIR", "EPERM"));
    }
  } finally {
    await child.close();
  }
  await rmdir(inside(flat, name)).catch(ignoring("ENOTEMPTY", "ENOENT"));
}
