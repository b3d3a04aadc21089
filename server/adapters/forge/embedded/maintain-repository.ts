import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { type GitOptions, runGit } from "./run-git.ts";
import { removeOld, removeStaleLocks } from "./stale-locks.ts";
import { incomingRefs } from "./write-commit.ts";

const manyLoose = 200;
const manyPacks = 8;
/** Packing it anew costs more than it brings. */
const largePackBytes = 64 * 1024 * 1024;
/** What nobody can reach stays so long: somebody may hold its id and be about to build on it. */
const keepUnreachable = "30.days.ago";
/** A line of work that no commit has brought in by then will not be. */
const incomingSeconds = 2 * 86_400;
const leftMs = 86_400_000;
const timeoutSeconds = 3600;

/** Repacks where that is worth it, beside reads and commits that go on. True where packs have changed. */
export async function maintainRepository(folder: string, signal: AbortSignal): Promise<boolean> {
  await removeRubbish(folder);
  await dropIncoming(folder);
  if ((await countLoose(folder)) < manyLoose && (await ownPacks(folder)).length < manyPacks) return false;
  const large = (await ownPacks(folder)).filter((pack) => pack.bytes >= largePackBytes).map((pack) => `--keep-pack=${pack.name}`);
  const gently = { gentle: true, timeoutSeconds, signal };
  // Unreachable objects go into a pack of their own that remembers their age.
  const flags = ["-d", "-l", "--quiet", "--threads=1", "--no-write-bitmap-index", "--cruft", `--cruft-expiration=${keepUnreachable}`];
  const packed = await runGit(folder, ["repack", ...flags, ...large], gently);
  if (packed.code !== 0) throw new Error(`git repack: ${packed.stderr}`);
  await writeCommitGraph(folder, gently);
  return true;
}

/** Histories are counted and walked by it without opening a commit; the paths make the history of one file quick. */
export async function writeCommitGraph(folder: string, options: GitOptions): Promise<void> {
  const graph = await runGit(folder, ["commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"], options);
  if (graph.code !== 0) throw new Error(`git commit-graph: ${graph.stderr}`);
}

/** What a git that was killed leaves behind. */
async function removeRubbish(folder: string): Promise<void> {
  await removeStaleLocks(folder);
  await removeOld(folder, (name) => name.startsWith("fast_import_crash_"), leftMs);
  const objects = path.join(folder, "objects");
  await removeOld(path.join(objects, "info"), (name) => name.endsWith(".lock"), leftMs);
  await removeOld(objects, (name) => /^(?:tmp_objdir-|incoming-)/.test(name), leftMs);
  await removeOld(path.join(objects, "pack"), (name) => /^(?:tmp_|\.tmp-)/.test(name), leftMs);
  const kept = (await readdir(path.join(objects, "pack"))).filter((name) => name.endsWith(".keep"));
  for (const name of kept) {
    const at = path.join(objects, "pack", name);
    // While it receives, git keeps the pack from being collected by a file that names itself.
    if ((await readFile(at, "utf8").catch(() => "")).startsWith("fetch-pack ") && (await stat(at)).mtimeMs < Date.now() - leftMs) await rm(at, { force: true });
  }
}

async function dropIncoming(folder: string): Promise<void> {
  if ((await readdir(path.join(folder, incomingRefs)).catch(() => [])).length === 0) return;
  const listed = await runGit(folder, ["for-each-ref", "--format=%(refname)", incomingRefs]);
  const refs = listed.stdout.toString().split("\n").filter(Boolean);
  const youngest = Date.now() / 1000 - incomingSeconds;
  const old = refs.filter((ref) => Number(/\/(\d+)-[0-9a-f]+$/.exec(ref)?.[1] ?? 0) < youngest);
  if (old.length > 0) await runGit(folder, ["update-ref", "--stdin"], { input: [old.map((ref) => `delete ${ref}\n`).join("")] });
}

async function countLoose(folder: string): Promise<number> {
  const objects = path.join(folder, "objects");
  const shelves = (await readdir(objects)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  for (const shelf of shelves) await removeOld(path.join(objects, shelf), (name) => name.startsWith("tmp_obj_"), leftMs);
  const counts = await Promise.all(shelves.map(async (shelf) => (await readdir(path.join(objects, shelf)).catch(() => [])).length));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Packs that are not kept as they are. */
async function ownPacks(folder: string): Promise<{ name: string; bytes: number }[]> {
  const packs = path.join(folder, "objects/pack");
  const names = new Set(await readdir(packs));
  const own = [...names].filter((name) => name.endsWith(".pack") && !names.has(name.replace(/pack$/, "keep")) && !names.has(name.replace(/pack$/, "mtimes")));
  return Promise.all(own.map(async (name) => ({ name, bytes: (await stat(path.join(packs, name)).catch(() => null))?.size ?? 0 })));
}
