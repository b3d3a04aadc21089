import { constants } from "node:fs";
import { copyFile, type FileHandle, lchown, lstat, readdir, rename, unlink } from "node:fs/promises";
import { randomText } from "#server/ids.ts";
import { ignoring, inside, itself, openFolderInside, openInside } from "./safe-open.ts";

const maxDepth = 64;

/**
 * Gives a home that is still the server's own to its person, once: until then none of their programs was in it. Files that
 * share their bytes with another home's get bytes of their own. The home itself comes last, so that a crash begins anew.
 */
export async function mendOwner(root: FileHandle, uid: number | null): Promise<void> {
  if (uid === null) return;
  const stat = await root.stat();
  if (stat.uid !== process.geteuid?.()) return;
  await root.chmod(0o700);
  await giveTree(root, uid);
}

/** Gives a folder, last, with all that is in it. Only where nobody else writes. */
export async function giveTree(root: FileHandle, uid: number): Promise<void> {
  await mendBelow(root, uid, 0);
  await root.chown(uid, uid);
}

async function mendBelow(folder: FileHandle, uid: number, depth: number): Promise<void> {
  for (const name of await readdir(itself(folder))) {
    const found = await lstat(inside(folder, name)).catch(ignoring("ENOENT"));
    if (!found) continue;
    if (found.isDirectory() && depth < maxDepth) {
      const child = await openFolderInside(folder, name);
      await mendBelow(child, uid, depth + 1)
        .then(() => child.chown(uid, uid))
        .finally(() => child.close());
    } else if (found.isFile()) {
      if (found.nlink > 1) await ownBytes(folder, name);
      const file = await openInside(folder, name);
      await file.chown(uid, uid).finally(() => file.close());
    } else if (found.isSymbolicLink()) await lchown(inside(folder, name), uid, uid);
  }
}

async function ownBytes(folder: FileHandle, name: string): Promise<void> {
  const fresh = inside(folder, `.${randomText(12)}`);
  await copyFile(inside(folder, name), fresh, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await rename(fresh, inside(folder, name)).catch(async (error: unknown) => {
    await unlink(fresh);
    throw error;
  });
}
