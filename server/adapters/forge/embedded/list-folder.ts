import type { CommitId } from "#lib/domain/ids.ts";
import type { TreeEntry } from "#server/ports/forge.ts";
import type { ObjectReader } from "./object-reader.ts";
import { readTreeObject } from "./tree-object.ts";

/** One page of one folder, in git's order; null where there is no such folder. */
export async function listFolder(
  reader: ObjectReader,
  commit: CommitId,
  folder: string,
  page: { after?: string; limit?: number },
): Promise<{ entries: readonly TreeEntry[]; next: string | null } | null> {
  const raw = await readTreeObject(reader, folder === "" ? `${commit}^{tree}` : `${commit}:${folder}`);
  if (!raw) return null;
  const all = raw.map(({ mode, name, id }) => ({ name, id, kind: kindOf(mode) }));
  const start = page.after === undefined ? 0 : all.findIndex((entry) => entry.name === page.after) + 1;
  const limit = Math.min(Math.max(page.limit ?? 1000, 1), 10_000);
  const shown = all.slice(start, start + limit);
  const sizes = await Promise.all(shown.map((entry) => (entry.kind === "file" || entry.kind === "link" ? reader.info(entry.id) : null)));
  const entries = shown.map((entry, index): TreeEntry => ({ name: entry.name, kind: entry.kind, bytes: sizes[index]?.bytes ?? null }));
  return { entries, next: start + limit < all.length ? (shown.at(-1)?.name ?? null) : null };
}

function kindOf(mode: string): TreeEntry["kind"] {
  if (mode === "40000") return "folder";
  if (mode === "120000") return "link";
  return mode === "160000" ? "module" : "file";
}
