import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { ForgeVersion } from "#server/ports/forge.ts";
import { type RawVersion, readCommit } from "./commit-object.ts";
import type { ObjectReader } from "./object-reader.ts";
import { runGit } from "./run-git.ts";
import type { VersionNumbers } from "./version-numbers.ts";

type HistoryPage = { readonly after?: CommitId; readonly limit?: number; readonly path?: string };
type Found = { readonly versions: readonly ForgeVersion[]; readonly next: CommitId | null };
type Place = { readonly folder: string; readonly reader: ObjectReader };

/** One page of a commit's first parents, all of them or those that touch a path. */
export async function readHistory(at: Place, numbers: VersionNumbers, commit: CommitId, page: HistoryPage): Promise<Result<Found>> {
  const from = page.after ?? commit;
  const [first, number] = await Promise.all([readCommit(at.reader, from), numbers.of(at.folder, from)]);
  if (!first || number === null) return fail("not_found", "No such version.");
  const start = { ...first, number };
  const limit = Math.min(Math.max(page.limit ?? 50, 1), 1000);
  const line = page.path === undefined ? await walk(at.reader, start, limit + 2) : await walkPath(at, start, page.path, limit + 2);
  // The commit that a page goes on after was on the page before.
  const found = (page.after && line[0]?.commit === page.after ? line.slice(1) : line).slice(0, limit + 1);
  const versions = found.slice(0, limit);
  for (const version of versions) numbers.keep(version.commit, version.number);
  return ok({ versions, next: found.length > limit ? (versions.at(-1)?.commit ?? null) : null });
}

async function walk(reader: ObjectReader, start: ForgeVersion, limit: number): Promise<ForgeVersion[]> {
  const line = [start];
  for (let last = start; line.length < limit; ) {
    const [parent] = last.parents;
    const next: RawVersion | null = parent ? await readCommit(reader, parent) : null;
    if (!next) break;
    last = { ...next, number: last.number - 1 };
    line.push(last);
  }
  return line;
}

/** Which commits touch a path, git tells; how far each is from the start, only the whole line. */
async function walkPath({ folder, reader }: Place, start: ForgeVersion, path: string, limit: number): Promise<ForgeVersion[]> {
  const list = ["rev-list", "--first-parent"];
  const [touching, line] = await Promise.all([
    runGit(folder, [...list, `--max-count=${limit}`, "--end-of-options", start.commit, "--", path]),
    runGit(folder, [...list, "--end-of-options", start.commit]),
  ]);
  const numbers = new Map(linesOf(line.stdout).map((commit, index) => [commit, start.number - index] as const));
  const versions = await Promise.all(linesOf(touching.stdout).map((commit) => readCommit(reader, commit)));
  return versions.filter((version) => version !== null).map((version) => ({ ...version, number: numbers.get(version.commit) ?? 0 }));
}

function linesOf(output: Buffer): CommitId[] {
  return output.toString().split("\n").filter(Boolean) as CommitId[];
}
