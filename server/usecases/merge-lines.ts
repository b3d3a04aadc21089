import type { BlobId } from "#lib/domain/ids.ts";
import type { MergeNote } from "#lib/domain/project.ts";
import { besidePath, mergeFile } from "#lib/project/merge-file.ts";
import { type MergeStep, planMerge } from "#lib/project/plan-merge.ts";
import { ok, type Result } from "#lib/result.ts";
import type { TreeFile } from "#server/ports/forge.ts";
import { blobIdOf } from "./blob-id.ts";

export type Side = ReadonlyMap<string, { readonly path: string; readonly blob: BlobId; readonly kind: TreeFile["kind"] }>;
type Read = (path: string) => Promise<Result<Uint8Array>>;

/** Two lines of work that grew from one: what each holds, and how its files are read. */
export type TwoLines = {
  readonly base: Side;
  readonly ours: Side;
  readonly theirs: Side;
  readonly read: { readonly base: Read; readonly ours: Read; readonly theirs: Read };
  /** For names of files that are kept beside ours, and for the notes: "version 7". */
  readonly theirsName: string;
  /** Paths of ours that hold what was merged already. */
  readonly done?: ReadonlySet<string>;
};

/** What a path holds afterwards. "ours" and "theirs" also where that line has no such file; an object takes what a line has at another path. */
export type Outcome = "ours" | "theirs" | Uint8Array | { readonly from: "ours" | "theirs"; readonly path: string };
/** An outcome for every path on which the lines differ. `kinds` says what a file is afterwards where they differ in that: whether programs may run it. */
export type MergedLines = {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly kinds: ReadonlyMap<string, TreeFile["kind"]>;
  readonly notes: readonly MergeNote[];
};

type Deciding = { readonly lines: TwoLines; readonly outcomes: Map<string, Outcome>; readonly notes: MergeNote[] };

/** Brings two lines together: by path, notebooks by cell, texts by line; what cannot be merged is kept twice. Nothing is lost. */
export async function mergeLines(lines: TwoLines): Promise<Result<MergedLines>> {
  const deciding: Deciding = { lines, outcomes: new Map(), notes: [] };
  const kinds = mergeKinds(lines);
  const { base, ours, theirs } = lines;
  for (const step of planMerge({ base: blobsOf(base), ours: blobsOf(ours), theirs: blobsOf(theirs) })) {
    const decided = await decide(deciding, step);
    if (!decided.ok) return decided;
  }
  // The same content on both sides is decided by what it is alone.
  for (const path of kinds.keys()) if (!deciding.outcomes.has(path)) deciding.outcomes.set(path, "ours");
  return ok({ outcomes: deciding.outcomes, kinds, notes: deciding.notes });
}

/** For files that both lines have, and not as the same kind: the side that changed it has its way. */
function mergeKinds({ base, ours, theirs }: TwoLines): ReadonlyMap<string, TreeFile["kind"]> {
  const kinds = new Map<string, TreeFile["kind"]>();
  for (const [path, { kind: mine, blob }] of ours) {
    const other = theirs.get(path);
    if (!other || other.kind === mine || (other.blob !== blob && !(isPlain(mine) && isPlain(other.kind)))) continue;
    const before = base.get(path)?.kind;
    kinds.set(path, before === mine || (before === undefined && other.kind === "executable") ? other.kind : mine);
  }
  return kinds;
}

function isPlain(kind: TreeFile["kind"] | undefined): boolean {
  return kind === undefined || kind === "file" || kind === "executable";
}

const blobsOf = (side: Side) => new Map([...side].map(([path, { blob }]) => [path, blob]));

async function decide(deciding: Deciding, step: MergeStep): Promise<Result<unknown>> {
  const { lines, outcomes, notes } = deciding;
  const { path } = step;
  if (step.action === "same") return ok(undefined);
  if (step.action === "beside") return ok(putBeside(deciding, path, step.side));
  if (step.action === "merge") return mergeContents(deciding, path);
  if (step.action === "kept") {
    const said =
      step.side === "ours"
        ? `It was deleted in ${lines.theirsName}, and you had changed it: yours stays.`
        : `You had deleted it, and it was changed in ${lines.theirsName} meanwhile: it is back.`;
    notes.push({ path, outcome: step.side, notes: [said] });
    return ok(outcomes.set(path, step.side));
  }
  return ok(outcomes.set(path, step.action));
}

/** A file where the other line has a folder. */
function putBeside({ lines, outcomes, notes }: Deciding, path: string, side: "ours" | "theirs"): void {
  const name = besideName(lines, path, "file", lines[side].get(path)?.blob);
  notes.push({ path, outcome: "kept_beside", notes: [`“${path}” is a folder now; the file of that name stands beside it as “${name}”.`] });
  outcomes.set(name, { from: side, path });
  outcomes.set(path, side === "ours" ? "theirs" : "ours");
}

async function mergeContents({ lines, outcomes, notes }: Deciding, path: string): Promise<Result<unknown>> {
  const { base, ours, theirs, read, theirsName } = lines;
  if (lines.done?.has(path)) return ok(outcomes.set(path, "ours"));
  const keepBoth = (why: readonly string[]): Result<unknown> => {
    const name = besideName(lines, path, theirsName, theirs.get(path)?.blob);
    notes.push({ path, outcome: "kept_beside", notes: [...why, `Yours stays; that of ${theirsName} stands beside it as “${name}”.`] });
    outcomes.set(name, { from: "theirs", path });
    return ok(outcomes.set(path, "ours"));
  };
  if (![base, ours, theirs].every((side) => isPlain(side.get(path)?.kind))) return keepBoth(["Both sides changed this link."]);
  const [before, mine, others] = await Promise.all([base.has(path) ? read.base(path) : ok(null), read.ours(path), read.theirs(path)]);
  // What is too large to be read here is kept twice; anything else is told.
  for (const one of [before, mine, others]) if (!one.ok && one.failure.code !== "too_large") return one;
  if (!before.ok || !mine.ok || !others.ok) return keepBoth(["Both sides changed this large file."]);
  const merged = mergeFile(path, before.value, mine.value, others.value);
  if (merged.keepBeside) return keepBoth(merged.notes);
  const blob = blobIdOf(merged.content);
  notes.push({ path, outcome: merged.notes.length > 0 ? "both_kept" : "merged", notes: merged.notes });
  return ok(outcomes.set(path, blob === ours.get(path)?.blob ? "ours" : blob === theirs.get(path)?.blob ? "theirs" : merged.content));
}

/** Free in both lines; where the same content has the name already, an earlier, interrupted try left it there. */
function besideName({ ours, theirs }: TwoLines, path: string, label: string, blob: BlobId | undefined): string {
  return besidePath(path, label, (name) => (ours.has(name) || theirs.has(name)) && (ours.get(name)?.blob ?? blob) !== blob);
}
