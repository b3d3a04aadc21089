import type { CommitId } from "#lib/domain/ids.ts";
import { runGit } from "./run-git.ts";

const knownNumbers = 5000;

/** The number of a commit never changes, and counting reads the whole history: what was counted once is kept. */
export class VersionNumbers {
  private readonly known = new Map<CommitId, number>();

  /** Counts from 1 along the first parents; null where there is no such commit. */
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
