import type { CommitId } from "#lib/domain/ids.ts";
import type { TreeEntry } from "#server/ports/forge.ts";
import type { ObjectReader } from "./object-reader.ts";

type RawEntry = { readonly name: string; readonly kind: TreeEntry["kind"]; readonly id: string };

/** One page of one folder, in git's order; null where there is no such folder. */
export async function listFolder(
  reader: ObjectReader,
  commit: CommitId,
  folder: string,
  page: { after?: string; limit?: number },
): Promise<{ entries: readonly TreeEntry[]; next: string | null } | null> {
  const chunks: Buffer[] = [];
  const head = await reader.contents(folder === "" ? `${commit}^{tree}` : `${commit}:${folder}`, (chunk) => chunks.push(chunk));
  if (head?.type !== "tree") return null;
  const all = parseTreeObject(Buffer.concat(chunks), head.id.length / 2);
  const start = page.after === undefined ? 0 : all.findIndex((entry) => entry.name === page.after) + 1;
  const limit = Math.min(Math.max(page.limit ?? 1000, 1), 10_000);
  const shown = all.slice(start, start + limit);
  const sizes = await Promise.all(shown.map((entry) => (entry.kind === "file" || entry.kind === "link" ? reader.info(entry.id) : null)));
  const entries = shown.map((entry, index): TreeEntry => ({ name: entry.name, kind: entry.kind, bytes: sizes[index]?.bytes ?? null }));
  return { entries, next: start + limit < all.length ? (shown.at(-1)?.name ?? null) : null };
}

/** The format of git's tree objects: mode, space, name, NUL, object id in bytes. */
function parseTreeObject(data: Buffer, idBytes: number): RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const nul = data.indexOf(0, space);
    if (space < 0 || nul < 0) throw new Error("a broken tree object");
    const mode = data.toString("latin1", at, space);
    entries.push({ name: data.toString("utf8", space + 1, nul), kind: kindOf(mode), id: data.toString("hex", nul + 1, nul + 1 + idBytes) });
    at = nul + 1 + idBytes;
  }
  return entries;
}

function kindOf(mode: string): TreeEntry["kind"] {
  if (mode === "40000") return "folder";
  if (mode === "120000") return "link";
  return mode === "160000" ? "module" : "file";
}
