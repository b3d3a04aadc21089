import { chmod, chown, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { isId } from "#lib/domain/ids.ts";

/** A folder that a group's members share: new files in it are the group's, whoever makes them. Answers where it is. */
export async function ensureGroupFolder(dataFolder: string, { id, gid }: { readonly id: string; readonly gid: number | null }): Promise<string> {
  if (!isId("group", id)) throw new Error("a group's id that cannot be a folder");
  const folder = path.join(dataFolder, "groups", id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (gid === null) return folder;
  const now = await stat(folder);
  // The change of owner takes the bit away that hands the group on.
  if (now.gid !== gid) await chown(folder, 0, gid);
  if (now.gid !== gid || (now.mode & 0o7777) !== 0o2770) await chmod(folder, 0o2770);
  return folder;
}
