import type { FileHandle } from "node:fs/promises";
import type { FileStamp, Home, HomeEntry } from "#server/ports/homes.ts";
import { entryOf } from "./home-entries.ts";
import { stop } from "./home-failures.ts";
import { refuseOther } from "./home-write.ts";
import { openInside } from "./safe-open.ts";

type Place = { readonly folder: FileHandle; readonly home: Home; readonly relative: string; readonly ifStamp: FileStamp };

/** On the open file alone, so that nothing else gets the rights by taking its name. */
export async function setExecutable({ folder, home, relative, ifStamp }: Place, name: string, executable: boolean): Promise<HomeEntry> {
  const file = await openInside(folder, name);
  try {
    const stat = await file.stat({ bigint: true });
    refuseOther(entryOf(relative, stat), ifStamp);
    if (!stat.isFile()) throw stop("not_found", "This is no ordinary file.");
    // A second name for somebody else's file, whose rights the person could not change.
    if (home.uid !== null && stat.nlink > 1n && Number(stat.uid) !== home.uid) throw stop("forbidden", "This file belongs to somebody else.");
    const mode = Number(stat.mode & 0o777n);
    await file.chmod(executable ? mode | 0o100 : mode & ~0o111);
    return entryOf(relative, await file.stat({ bigint: true }));
  } finally {
    await file.close();
  }
}
