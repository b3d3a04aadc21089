/** Path → what stands there: a blob id, or any text that is the same exactly where the contents are. */
export type TreeMap = ReadonlyMap<string, string>;

/**
 * What becomes of one path. `blob` null: the file goes. "merge": both sides have it and it differs from `base` on both
 * (`base` null: both added it). "kept": one side changed what the other removed. "beside": a file where the other side has a
 * folder; it is to stand under another name (`besidePath`). "same": both sides have it alike.
 */
export type MergeStep =
  | { readonly path: string; readonly action: "same"; readonly blob: string }
  | { readonly path: string; readonly action: "ours" | "theirs"; readonly blob: string | null }
  | { readonly path: string; readonly action: "merge"; readonly base: string | null; readonly ours: string; readonly theirs: string }
  | { readonly path: string; readonly action: "kept"; readonly side: "ours" | "theirs"; readonly blob: string }
  | { readonly path: string; readonly action: "beside"; readonly side: "ours" | "theirs"; readonly blob: string };

/** A three-way merge of trees, path by path, in the order of paths. Files that only one side changed, added or removed are that side's. */
export function planMerge({ base, ours, theirs }: { base: TreeMap; ours: TreeMap; theirs: TreeMap }): readonly MergeStep[] {
  const paths = [...new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])].sort();
  const steps = paths.flatMap((path) => stepOf(path, base.get(path) ?? null, ours.get(path) ?? null, theirs.get(path) ?? null) ?? []);
  return withFoldersKept(steps);
}

/** Null where both sides removed it. */
function stepOf(path: string, base: string | null, ours: string | null, theirs: string | null): MergeStep | null {
  if (ours === theirs) return ours === null ? null : { path, action: "same", blob: ours };
  if (theirs === base) return { path, action: "ours", blob: ours };
  if (ours === base) return { path, action: "theirs", blob: theirs };
  if (ours === null) return theirs === null ? null : { path, action: "kept", side: "theirs", blob: theirs };
  if (theirs === null) return { path, action: "kept", side: "ours", blob: ours };
  return { path, action: "merge", base, ours, theirs };
}

/** A path cannot be a file and a folder: the folder keeps the name, since more than one file may be in it. */
function withFoldersKept(steps: readonly MergeStep[]): readonly MergeStep[] {
  const folders = new Set<string>();
  for (const step of steps) if (isThere(step)) for (const folder of foldersOf(step.path)) folders.add(folder);
  return steps.map((step): MergeStep => {
    if (!folders.has(step.path) || !isThere(step) || step.action === "merge" || step.action === "same" || step.blob === null) return step;
    const side = "side" in step ? step.side : step.action;
    return { path: step.path, action: "beside", side, blob: step.blob };
  });
}

function isThere(step: MergeStep): boolean {
  return step.action === "merge" || step.blob !== null;
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
