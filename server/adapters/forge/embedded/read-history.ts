import type { CommitId } from "#lib/domain/ids.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { ForgeVersion } from "#server/ports/forge.ts";
import { runGit } from "./run-git.ts";

type HistoryPage = { readonly after?: CommitId; readonly limit?: number; readonly path?: string };

const fields = ["%H", "%P", "%ct", "%an", "%B"] as const;
const knownNumbers = 5000;

/** The number of a commit never changes, and counting reads the whole history: what was counted once is kept. */
export class VersionNumbers {
  private readonly known = new Map<CommitId, number>();

  async of(folder: string, commit: CommitId): Promise<number | null> {
    const known = this.known.get(commit);
    if (known !== undefined) return known;
    const counted = await runGit(folder, ["rev-list", "--count", "--first-parent", "--end-of-options", commit]);
    if (counted.code !== 0) return null;
    const number = Number(counted.stdout.toString());
    this.keep(commit, number);
    return number;
  }

  /** A new commit's number follows from its parent's. */
  follow(parent: CommitId | null, commit: CommitId): void {
    const before = parent === null ? 0 : this.known.get(parent);
    if (before !== undefined) this.keep(commit, before + 1);
  }

  keep(commit: CommitId, number: number): void {
    if (this.known.size >= knownNumbers) for (const oldest of [...this.known.keys()].slice(0, knownNumbers / 2)) this.known.delete(oldest);
    this.known.set(commit, number);
  }
}

/** One page of a commit's first parents. The commit that a page goes on after is read again and left out. */
export async function readHistory(
  folder: string,
  numbers: VersionNumbers,
  commit: CommitId,
  page: HistoryPage,
): Promise<Result<{ versions: readonly ForgeVersion[]; next: CommitId | null }>> {
  const from = page.after ?? commit;
  const limit = Math.min(Math.max(page.limit ?? 50, 1), 1000);
  const paths = page.path === undefined ? [] : ["--", page.path];
  const format = `--format=tformat:${fields.join("%x00")}`;
  const skip = page.after ? ["--skip=1"] : [];
  const args = ["log", "-z", "--first-parent", "--no-show-signature", "--no-color", format, `--max-count=${limit + 1}`, ...skip, "--end-of-options", from];
  const [listed, first] = await Promise.all([runGit(folder, [...args, ...paths]), numbers.of(folder, from)]);
  if (listed.code !== 0 || first === null) return fail("not_found", "No such version.");
  const found = parseLog(listed.stdout.toString());
  const shown = found.slice(0, limit);
  const numberOf = page.path === undefined ? (_: CommitId, index: number) => first - index - (page.after ? 1 : 0) : await placesOf(folder, from, first, shown);
  const versions = shown.map((version, index): ForgeVersion => ({ ...version, number: numberOf(version.commit, index) }));
  for (const version of versions.slice(-1)) numbers.keep(version.commit, version.number);
  return ok({ versions, next: found.length > limit ? (shown.at(-1)?.commit ?? null) : null });
}

function parseLog(text: string): Omit<ForgeVersion, "number">[] {
  const parts = text.split("\0");
  const versions: Omit<ForgeVersion, "number">[] = [];
  for (let at = 0; at + fields.length <= parts.length; at += fields.length) {
    const [commit = "", parents = "", seconds = "", author = "", message = ""] = parts.slice(at, at + fields.length);
    versions.push({
      commit: commit as CommitId,
      parents: parents.split(" ").filter(Boolean) as CommitId[],
      message: message.trimEnd(),
      author,
      at: new Date(Number(seconds) * 1000),
    });
  }
  return versions;
}

/** Of the commits that touch a path, only the whole line tells the numbers. It is read as far as they reach. */
async function placesOf(folder: string, from: CommitId, first: number, shown: readonly { commit: CommitId }[]): Promise<(commit: CommitId) => number> {
  const last = shown.at(-1);
  if (!last) return () => 0;
  const line = await runGit(folder, ["rev-list", "--first-parent", "--end-of-options", from]);
  const places = new Map(
    line.stdout
      .toString()
      .split("\n")
      .map((commit, index) => [commit, first - index] as const),
  );
  return (commit) => places.get(commit) ?? 0;
}
