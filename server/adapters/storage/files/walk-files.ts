import { type FileHandle, readdir } from "node:fs/promises";
import { isPlainName, itself, openFolder, openInside } from "./safe-open.ts";

export type FoundFile = { readonly path: string; readonly bytes: number; readonly handle: FileHandle };

const maxDepth = 16;
const maxEntries = 20_000;

/**
 * Every regular file below a folder that nobody may be trusted with: links, pipes, devices and hidden names are left
 * out, and depth and number are bounded. A handle is open only while the consumer holds it.
 */
export async function* walkFiles(folder: string): AsyncGenerator<FoundFile> {
  const root = await openFolder(folder).catch(() => null);
  if (!root) return;
  try {
    yield* walkFilesIn(root);
  } finally {
    await root.close();
  }
}

export function walkFilesIn(folder: FileHandle): AsyncGenerator<FoundFile> {
  return walk(folder, "", 0, { entries: maxEntries });
}

async function* walk(folder: FileHandle, prefix: string, depth: number, budget: { entries: number }): AsyncGenerator<FoundFile> {
  const names = (await readdir(itself(folder))).sort();
  for (const name of names) {
    if (budget.entries-- <= 0) return;
    if (!isPlainName(name) || name === "__pycache__") continue;
    const handle = await openInside(folder, name).catch(() => null);
    if (!handle) continue;
    try {
      const stat = await handle.stat();
      if (stat.isFile()) yield { path: prefix + name, bytes: stat.size, handle };
      else if (stat.isDirectory() && depth < maxDepth) yield* walk(handle, `${prefix}${name}/`, depth + 1, budget);
    } finally {
      await handle.close();
    }
  }
}
