import { type FileHandle, rename } from "node:fs/promises";
import type { z } from "zod";
import { randomText } from "#server/ids.ts";
import { giveTo } from "./home-folders.ts";
import { inside, newFileFlags, openInside, readFlags } from "./safe-open.ts";

const maxBytes = 64 * 1024;

/** A small record of ours beside something in a home. */
export async function writeRecord(folder: FileHandle, id: string, uid: number | null, record: object): Promise<void> {
  const fresh = `${randomText(26)}.new`;
  const file = await openInside(folder, fresh, newFileFlags);
  try {
    await file.chmod(0o600);
    await giveTo(file, uid);
    await file.writeFile(JSON.stringify(record));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(inside(folder, fresh), inside(folder, `${id}.json`));
}

/** Null where there is none, or where it is not what we wrote: the person's own programs may write here. */
export async function readRecord<T extends z.ZodType>(folder: FileHandle, id: string, schema: T): Promise<z.output<T> | null> {
  const file = await openInside(folder, `${id}.json`, readFlags).catch(() => null);
  if (!file) return null;
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > maxBytes) return null;
    const bytes = Buffer.alloc(stat.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return schema.safeParse(JSON.parse(bytes.subarray(0, bytesRead).toString("utf8"))).data ?? null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
