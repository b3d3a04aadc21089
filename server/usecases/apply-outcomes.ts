import type { CommitId } from "#lib/domain/ids.ts";
import { besidePath } from "#lib/project/merge-file.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { TreeFile } from "#server/ports/forge.ts";
import type { FileStamp } from "#server/ports/homes.ts";
import type { WorkingPlace } from "./hold-working-copy.ts";
import type { MergedLines, Outcome } from "./merge-lines.ts";
import { readRawFile, type Work } from "./read-work.ts";
import type { UpdateProgress } from "./update-files.ts";
import type { Tree } from "./version-lookup.ts";

export type Applying = {
  readonly place: WorkingPlace & { readonly lost: AbortSignal };
  readonly base: Tree;
  readonly theirs: Tree;
  readonly work: Work;
  readonly target: CommitId;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What files are afterwards, where the sides differ in that. */
  readonly kinds: MergedLines["kinds"];
  readonly onProgress?: UpdateProgress | undefined;
};

/** Files on their way at once. */
const lanes = 6;
/** From here on new files are made together. */
const many = 50;

/**
 * Makes a working copy what was decided, file by file, each only where it is still the one that was looked at. Answers
 * the paths that were changed meanwhile: they want another look.
 */
export async function applyOutcomes(ctx: Context, applying: Applying): Promise<Result<readonly string[]>> {
  const changed: string[] = [];
  let done = 0;
  let problem: Result<never> | null = null;
  const { moves, removals, fresh, writes } = inOrder(applying);
  const total = moves.length + removals.length + fresh.length + writes.length;
  for (const step of [moves, removals, writes]) {
    if (step === writes) {
      const before = done;
      const made = await writeFresh(ctx, applying, fresh, (more) => applying.onProgress?.(before + more, total));
      if (!made.ok) return made;
      changed.push(...made.value);
      done += fresh.length;
    }
    const queue = step.toReversed();
    const lane = async (): Promise<void> => {
      for (let next = queue.pop(); next && problem === null; next = queue.pop()) {
        applying.place.lost.throwIfAborted();
        const applied = await applyOne(ctx, applying, ...next);
        if (applied.ok) applying.onProgress?.(++done, total);
        else if (applied.failure.code === "conflict" || applied.failure.code === "not_found") changed.push(next[0]);
        else problem = applied;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (problem) return problem;
  }
  return ok(changed);
}

type Deed = readonly [path: string, outcome: Outcome];

type Steps = { readonly moves: readonly Deed[]; readonly removals: readonly Deed[]; readonly fresh: readonly string[]; readonly writes: readonly Deed[] };

/** What goes comes first: a folder may stand where a file was. Many new files are made together. */
function inOrder({ outcomes, theirs, kinds, work }: Applying): Steps {
  const [moves, removals, writes]: [Deed[], Deed[], Deed[]] = [[], [], []];
  const gone = new Set<string>();
  for (const outcome of outcomes.values()) if (isElsewhere(outcome) && outcome.from === "ours") gone.add(outcome.path);
  for (const deed of outcomes) {
    const [path, outcome] = deed;
    const staysSo = (kinds.get(path) ?? work.get(path)?.kind) === work.get(path)?.kind;
    if ((outcome === "ours" && staysSo) || gone.has(path)) continue;
    const step = isElsewhere(outcome) ? moves : outcome === "theirs" && !theirs.has(path) ? removals : writes;
    step.push(deed);
  }
  const fresh = writes.flatMap(([path, outcome]) => (outcome === "theirs" && !work.has(path) ? [path] : []));
  if (fresh.length < many) return { moves, removals, fresh: [], writes };
  const together = new Set(fresh);
  return { moves, removals, fresh, writes: writes.filter(([path]) => !together.has(path)) };
}

function isElsewhere(outcome: Outcome): outcome is Extract<Outcome, { from: string }> {
  return typeof outcome === "object" && !(outcome instanceof Uint8Array);
}

async function applyOne(ctx: Context, applying: Applying, path: string, outcome: Outcome): Promise<Result<unknown>> {
  const { place, theirs, work } = applying;
  if (outcome instanceof Uint8Array) {
    const kept = await keepInTrash(ctx, applying, path);
    return kept.ok ? writeOver(ctx, applying, path, outcome, applying.kinds.get(path)) : kept;
  }
  if (outcome === "ours") return setKind(ctx, applying, path);
  if (isElsewhere(outcome)) {
    if (outcome.from === "ours") return ctx.homes.move(place.home, at(place, outcome.path), at(place, path));
    return work.has(path) ? ok(undefined) : writeVersionFile(ctx, applying, path, outcome.path);
  }
  return theirs.has(path) ? writeVersionFile(ctx, applying, path, path) : removeFile(ctx, applying, path);
}

const at = (place: WorkingPlace, path: string) => `${place.folder}/${path}`;

/** What has a version goes for good, what has none to the trash. */
async function removeFile(ctx: Context, { place, base, work }: Applying, path: string): Promise<Result<unknown>> {
  const ours = work.get(path);
  if (!ours) return ok(undefined);
  if (base.get(path)?.blob === ours.blob) return ctx.homes.remove(place.home, at(place, path), { ifStamp: ours.stamp });
  return ctx.homes.trash(place.home, at(place, path));
}

/** Answers the paths where something came up meanwhile. */
async function writeFresh(ctx: Context, applying: Applying, paths: readonly string[], onProgress: (done: number) => void): Promise<Result<readonly string[]>> {
  const { place, theirs, work } = applying;
  if (paths.length === 0) return ok([]);
  const files = paths.map((path) => ({
    path: at(place, path),
    executable: theirs.get(path)?.kind === "executable",
    open: () => openVersionContent(ctx, applying, path),
  }));
  const written = await ctx.homes.writeMany(place.home, files, { beyondQuota: place.row.baseCommit !== null, signal: place.lost, onProgress });
  if (!written.ok) return written;
  const taken = written.value.map((path) => path.slice(place.folder.length + 1));
  for (const path of taken) await clearWay(ctx, { place, work }, path);
  return ok(taken);
}

async function openVersionContent(ctx: Context, { place, target }: Applying, path: string): Promise<ReadableStream<Uint8Array>> {
  const opened = await ctx.forge.openFile(place.project.repositoryId, target, path);
  if (!opened.ok) throw new Error(`A file of a version cannot be read: ${opened.failure.message}`);
  return opened.value.stream;
}

/** Only what it is changes, not what it holds. */
async function setKind(ctx: Context, { place, work, kinds }: Applying, path: string): Promise<Result<unknown>> {
  const file = work.get(path);
  return file ? ctx.homes.setExecutable(place.home, at(place, path), kinds.get(path) === "executable", { ifStamp: file.stamp }) : ok(undefined);
}

async function writeVersionFile(ctx: Context, applying: Applying, path: string, source: string): Promise<Result<unknown>> {
  const kind = (path === source ? applying.kinds.get(path) : undefined) ?? applying.theirs.get(source)?.kind;
  return writeOver(ctx, applying, path, await openVersionContent(ctx, applying, source), kind);
}

async function writeOver(
  ctx: Context,
  { place, work }: Applying,
  path: string,
  content: Uint8Array | ReadableStream<Uint8Array>,
  kind: TreeFile["kind"] | undefined,
): Promise<Result<unknown>> {
  const stamp: FileStamp | null = work.get(path)?.stamp ?? null;
  // A first opening stays within the home's limit; what follows a version one has goes on also in a full home.
  const options = { ifStamp: stamp, beyondQuota: place.row.baseCommit !== null, ...(kind ? { executable: kind === "executable" } : {}) };
  const written = await ctx.homes.write(place.home, at(place, path), content, options);
  if (!written.ok) await clearWay(ctx, { place, work }, path);
  return written;
}

/** A link, or a folder without files of the project, where a file or folder of the version belongs: to the trash, and tried again. */
async function clearWay(ctx: Context, { place, work }: Pick<Applying, "place" | "work">, path: string): Promise<void> {
  const names = path.split("/");
  for (let depth = 1; depth <= names.length; depth++) {
    const way = names.slice(0, depth).join("/");
    const there = await ctx.homes.find(place.home, at(place, way));
    if (!there.ok) return;
    const { kind } = there.value;
    const isInWay =
      depth < names.length ? kind !== "folder" && kind !== "file" : kind === "link" || kind === "other" || (kind === "folder" && !holdsFiles(work, way));
    if (isInWay) await ctx.homes.trash(place.home, at(place, way));
  }
}

function holdsFiles(work: Work, folder: string): boolean {
  return [...work.keys()].some((path) => path.startsWith(`${folder}/`));
}

/** A copy of what is replaced by something merged, where no version holds it. */
async function keepInTrash(ctx: Context, { place, base, work }: Applying, path: string): Promise<Result<unknown>> {
  const ours = work.get(path);
  if (!ours || base.get(path)?.blob === ours.blob) return ok(undefined);
  return trashCopy(ctx, place, path, new Set(work.keys()));
}

/** The file stays, a copy of it goes to the trash. */
async function trashCopy(ctx: Context, place: WorkingPlace, path: string, names: ReadonlySet<string>): Promise<Result<unknown>> {
  const read = await readRawFile(ctx, place, path, Number.POSITIVE_INFINITY);
  if (!read.ok) return read;
  const copy = besidePath(path, "before merging", (name) => names.has(name));
  const written = await ctx.homes.write(place.home, at(place, copy), read.value.bytes, { ifStamp: null, beyondQuota: true });
  // A copy of that name was left by a crash, or a program made one: it goes to the trash all the same.
  if (!written.ok && written.failure.code !== "conflict") return written;
  const trashed = await ctx.homes.trash(place.home, at(place, copy));
  return written.ok ? trashed : written;
}
