import type { CommitId } from "#lib/domain/ids.ts";
import type { MergeNote } from "#lib/domain/project.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { CommitRequest, NewContent } from "#server/ports/forge.ts";
import type { ReadyProject } from "./find-project.ts";
import { type MergedLines, mergeLines } from "./merge-lines.ts";
import { mainLine, readFrom, type Tree } from "./version-lookup.ts";

export type LinesToCommit = {
  readonly project: ReadyProject;
  readonly base: Tree;
  readonly ours: Tree;
  readonly theirs: Tree;
  readonly theirsName: string;
  /** Which of the two the project's newest version is; the other is brought in. */
  readonly onto: "ours" | "theirs";
  readonly newest: CommitId;
  readonly merged: CommitId;
  readonly message: string;
  readonly author: CommitRequest["author"];
};
/** `commit` is the newest version itself where it holds everything already. */
export type CommittedLines = { readonly commit: CommitId; readonly notes: readonly MergeNote[] };

/** Brings two lines of work together in a new version of the project. "conflict" where the project moved meanwhile. */
export async function commitLines(ctx: Context, lines: LinesToCommit): Promise<Result<CommittedLines>> {
  const { repositoryId } = lines.project;
  const read = (tree: Tree) => readFrom(ctx, repositoryId, tree, ctx.config.projects.fileBytes);
  const merged = await mergeLines({ ...lines, read: { base: read(lines.base), ours: read(lines.ours), theirs: read(lines.theirs) } });
  if (!merged.ok) return merged;
  const changes = changesOnto(lines, merged.value);
  // With nothing of their own to add, the other line is still brought in: what was taken over is known from then on.
  if (changes.size === 0 && lines.onto === "theirs") return ok({ commit: lines.newest, notes: merged.value.notes });
  const { newest: parent, merged: other, message, author } = lines;
  const committed = await ctx.forge.commit(repositoryId, { ref: mainLine, parent, merged: other, message, author, changes });
  return committed.ok ? ok({ commit: committed.value, notes: merged.value.notes }) : committed;
}

function changesOnto({ onto, ours, theirs }: LinesToCommit, { outcomes, kinds }: MergedLines): ReadonlyMap<string, NewContent> {
  const changes = new Map<string, NewContent>();
  const sides = { ours, theirs };
  for (const [path, outcome] of outcomes) {
    if (outcome instanceof Uint8Array) {
      const kind = kinds.get(path);
      changes.set(path, kind === "file" || kind === "executable" ? { bytes: outcome, kind } : outcome);
      continue;
    }
    const taken = typeof outcome === "object" ? sides[outcome.from].get(outcome.path) : sides[outcome].get(path);
    const kind = typeof outcome === "object" ? taken?.kind : (kinds.get(path) ?? taken?.kind);
    const there = sides[onto].get(path);
    if (taken?.blob === there?.blob && kind === there?.kind) continue;
    changes.set(path, taken && kind ? { blob: taken.blob, kind } : null);
  }
  return changes;
}
