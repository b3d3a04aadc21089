import type { BlobId, CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { ForgeChange } from "#server/ports/forge.ts";
import type { ObjectReader } from "./object-reader.ts";
import { runGit } from "./run-git.ts";
import { type RawEntry, readTreeObject } from "./tree-object.ts";

/** Moves with changes are looked for between this many removed and added files; identical files always. */
const maxMoved = 400;
/** The same few folders may stand in a tree over and over: it is read no further than this. */
const maxFiles = 200_000;
const maxFolders = 50_000;
const folderMode = "40000";

type Walk = { readonly reader: ObjectReader; readonly changes: ForgeChange[]; folders: number };

/**
 * Reads only folders that differ, which answers most questions in a millisecond. Git is asked where something was both
 * removed and added: it knows best what moved, but gathers all that it compares before it says a word.
 */
export async function compareCommits(folder: string, reader: ObjectReader, from: CommitId | null, to: CommitId): Promise<Result<readonly ForgeChange[]>> {
  const [before, after] = await Promise.all([from === null ? null : reader.info(`${from}^{tree}`), reader.info(`${to}^{tree}`)]);
  if (!after || (from !== null && !before)) return fail("not_found", "No such version.");
  const walk: Walk = { reader, changes: [], folders: 0 };
  if (!(await compareFolders(walk, before?.id ?? null, after.id, ""))) return fail("too_large", "The two versions differ in too many files to be compared.");
  const kinds = new Set(walk.changes.map((change) => change.kind));
  const found = from !== null && kinds.has("added") && kinds.has("removed") ? await findMoves(folder, from, to) : walk.changes;
  return ok(found.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
}

/** False where there is too much. One after the other, so that a tree without end is left before it fills the memory. */
async function compareFolders(walk: Walk, before: string | null, after: string | null, prefix: string): Promise<boolean> {
  walk.folders += 1;
  if (walk.folders > maxFolders) return false;
  const [old, fresh] = await Promise.all([entriesOf(walk.reader, before), entriesOf(walk.reader, after)]);
  for (const name of new Set([...old.keys(), ...fresh.keys()])) {
    const a = old.get(name);
    const b = fresh.get(name);
    if (a?.id === b?.id && a?.mode === b?.mode) continue;
    const path = prefix + name;
    const [aFolder, bFolder] = [a?.mode === folderMode ? a.id : null, b?.mode === folderMode ? b.id : null];
    noteFile(walk.changes, path, aFolder ? undefined : a, bFolder ? undefined : b);
    if (walk.changes.length > maxFiles) return false;
    if ((aFolder || bFolder) && !(await compareFolders(walk, aFolder, bFolder, `${path}/`))) return false;
  }
  return true;
}

async function entriesOf(reader: ObjectReader, tree: string | null): Promise<ReadonlyMap<string, RawEntry>> {
  const entries = tree === null ? [] : ((await readTreeObject(reader, tree)) ?? []);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function noteFile(changes: ForgeChange[], path: string, before: RawEntry | undefined, after: RawEntry | undefined): void {
  if (!before && !after) return;
  const kind = before ? (after ? "changed" : "removed") : "added";
  changes.push({ path, kind, fromBlob: (before?.id ?? null) as BlobId | null, toBlob: (after?.id ?? null) as BlobId | null });
}

async function findMoves(folder: string, from: CommitId, to: CommitId): Promise<ForgeChange[]> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv", "-M", `-l${maxMoved}`, "--end-of-options", from, to];
  const compared = await runGit(folder, args);
  if (compared.code !== 0) throw new Error(`git diff-tree: ${compared.stderr}`);
  return parseRaw(compared.stdout.toString());
}

/** `:mode mode id id status NUL path NUL`, for moves with the former path before the path. */
function parseRaw(text: string): ForgeChange[] {
  const parts = text.split("\0");
  const changes: ForgeChange[] = [];
  for (let at = 0; at + 1 < parts.length; ) {
    const [, , from = "", to = "", status = ""] = (parts[at] ?? "").split(" ");
    const moved = status.startsWith("R");
    const path = parts[at + (moved ? 2 : 1)] ?? "";
    changes.push({ path, ...(moved ? { from: parts[at + 1] ?? "" } : {}), kind: kindOf(status), fromBlob: blobOf(from), toBlob: blobOf(to) });
    at += moved ? 3 : 2;
  }
  return changes;
}

function kindOf(status: string): ForgeChange["kind"] {
  if (status.startsWith("R")) return "moved";
  if (status === "A") return "added";
  return status === "D" ? "removed" : "changed";
}

function blobOf(id: string): BlobId | null {
  return /^0*$/.test(id) ? null : (id as BlobId);
}
