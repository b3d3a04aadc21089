import type { ObjectReader } from "./object-reader.ts";

export type RawEntry = { readonly mode: string; readonly name: string; readonly id: string };

/** The entries of one folder; null where the name is not a folder's. */
export async function readTreeObject(reader: ObjectReader, name: string): Promise<RawEntry[] | null> {
  const chunks: Buffer[] = [];
  const head = await reader.contents(name, (chunk) => chunks.push(chunk));
  return head?.type === "tree" ? parseTreeObject(Buffer.concat(chunks), head.id.length / 2) : null;
}

/** The format of git's tree objects: mode, space, name, NUL, object id in bytes. */
function parseTreeObject(data: Buffer, idBytes: number): RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const nul = data.indexOf(0, space);
    if (space < 0 || nul < 0) throw new Error("a broken tree object");
    const id = data.toString("hex", nul + 1, nul + 1 + idBytes);
    entries.push({ mode: data.toString("latin1", at, space), name: data.toString("utf8", space + 1, nul), id });
    at = nul + 1 + idBytes;
  }
  return entries;
}
