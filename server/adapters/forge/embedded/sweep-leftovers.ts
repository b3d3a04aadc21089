import { readdir } from "node:fs/promises";
import path from "node:path";
import { removeOld } from "./stale-locks.ts";

/** Longer than anything here goes without touching its folder. */
const leftMs = 15 * 60_000;

/** Repositories that were half made, half received or half removed when their process was killed. No listing shows them. */
export async function sweepLeftovers(folder: string): Promise<void> {
  const isLeft = (name: string): boolean => /^[0-9a-f]{32}\.git\.(?:new|deleted|import-[0-9a-f]+(?:\.new)?)$/.test(name);
  for (const shelf of await readdir(folder).catch(() => [])) if (/^[0-9a-f]{2}$/.test(shelf)) await removeOld(path.join(folder, shelf), isLeft, leftMs);
}
