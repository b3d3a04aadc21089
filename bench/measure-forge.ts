import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Result } from "#lib/result.ts";
import { createEmbeddedForge } from "#server/adapters/forge/embedded/forge.ts";
import type { CommitRequest, Forge } from "#server/ports/forge.ts";
import type { BesideGit } from "./beside-git.ts";

const files = 20_000;
const versions = 10_000;
const largeMegabytes = 100;
const rounds = 15;
const author = { name: "Ada", email: "ada@example.org", at: new Date("2026-01-02T03:04:05Z") };

/** What authors wait for, each beside the git commands that do the same, turn by turn. */
export async function measureForge(folder: string): Promise<BesideGit[]> {
  const forge = createEmbeddedForge({ folder: path.join(folder, "repositories") });
  try {
    const wide = await makeWide(forge);
    const long = await makeLong(forge, folder);
    const large = await makeLarge(forge);
    return [
      ...(await measureReads(forge, folder, wide)),
      await measureCommit(forge, folder, wide),
      await measureHistory(forge, folder, long),
      ...(await measureForks(forge, folder, large)),
    ];
  } finally {
    await forge.close();
  }
}

type Place = { readonly id: RepositoryId; readonly commit: CommitId };

const request = (changes: CommitRequest["changes"], parent: CommitId | null): CommitRequest => ({ ref: "main", parent, message: "Save", author, changes });
const nameOf = (n: number): string => `data/${n % 200}/${n}.csv`;
const folderOf = (folder: string, id: RepositoryId): string => path.join(folder, "repositories", id.slice(0, 2), `${id}.git`);

async function makeWide(forge: Forge): Promise<Place> {
  const id = value(await forge.createRepository("wide"));
  const changes = new Map(Array.from({ length: files }, (_, n) => [nameOf(n), Buffer.from(`n,value\n${n},${n * 7}\n`.repeat(30))]));
  return { id, commit: value(await forge.commit(id, request(changes, null))) };
}

async function makeLarge(forge: Forge): Promise<Place> {
  const id = value(await forge.createRepository("large"));
  const changes = new Map(Array.from({ length: largeMegabytes }, (_, n) => [`${n}.bin`, randomBytes(1024 * 1024)]));
  return { id, commit: value(await forge.commit(id, request(changes, null))) };
}

/** Ten thousand saves by the forge would take minutes; the history they make is written at once. */
async function makeLong(forge: Forge, folder: string): Promise<Place> {
  const id = value(await forge.createRepository("long"));
  const saves = Array.from(
    { length: versions },
    (_, n) =>
      `commit refs/heads/main\ncommitter Ada <ada@example.org> ${1_700_000_000 + n} +0000\ndata 4\nSave\nM 100644 inline ${n % 50}.txt\ndata <<END\n${n}\nEND\n\n`,
  );
  await git(["fast-import", "--quiet"], folderOf(folder, id), saves.join(""));
  value(await forge.maintain(id));
  return { id, commit: value(await forge.resolve(id, "main")) };
}

async function measureReads(forge: Forge, folder: string, { id, commit }: Place): Promise<BesideGit[]> {
  const at = folderOf(folder, id);
  const one = await inTurn(
    async (n) => value(await forge.readFile(id, commit, nameOf(n * 97), 1e6)),
    (n) => git(["cat-file", "blob", `${commit}:${nameOf(n * 97)}`], at),
  );
  const all = await inTurn(
    async () => value(await forge.listTree(id, commit)),
    () => git(["ls-tree", "-r", commit], at),
  );
  return [
    { name: "read one file of 20,000", peer: "git cat-file", ...one },
    { name: "list all 20,000 files", peer: "git ls-tree -r", ...all },
  ];
}

async function measureCommit(forge: Forge, folder: string, { id, commit }: Place): Promise<BesideGit> {
  const clone = path.join(folder, "clone");
  await git(["clone", "--quiet", "--local", folderOf(folder, id), clone]);
  let parent = commit;
  const taken = await inTurn(
    async (n) => {
      parent = value(await forge.commit(id, request(new Map([[nameOf(n), Buffer.from(`changed ${n}`)]]), parent)));
    },
    async (n) => {
      await writeFile(path.join(clone, nameOf(n)), `changed ${n}`);
      await git(["-C", clone, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--all", "--message=Save"]);
    },
  );
  return { name: "save one file of 20,000", peer: "git commit --all in a clone", ...taken };
}

async function measureHistory(forge: Forge, folder: string, { id, commit }: Place): Promise<BesideGit> {
  const at = folderOf(folder, id);
  const taken = await inTurn(
    async () => value(await forge.history(id, commit, { limit: 50 })),
    async () => {
      await git(["log", "--first-parent", "--max-count=50", commit], at);
      await git(["rev-list", "--count", "--first-parent", commit], at);
    },
  );
  return { name: "50 numbered versions of 10,000", peer: "git log, git rev-list --count", ...taken };
}

async function measureForks(forge: Forge, folder: string, { id }: Place): Promise<BesideGit[]> {
  const at = folderOf(folder, id);
  const ours = async (): Promise<void> => void value(await forge.fork(id, "copy"));
  const copyTo = (n: number): string => path.join(folder, `copy-${n}`);
  const remove = (n: number): Promise<void> => rm(copyTo(n), { recursive: true, force: true });
  const local = await inTurn(ours, (n) => git(["clone", "--quiet", "--bare", "--local", at, copyTo(n)]), remove);
  const bytes = await inTurn(ours, (n) => git(["clone", "--quiet", "--bare", "--no-local", at, copyTo(n)]), remove);
  const packs = (await readdir(path.join(at, "objects/pack"))).length;
  return [
    { name: `copy a project of ${largeMegabytes} MB`, peer: `git clone --local (${packs} files in packs)`, ...local },
    { name: `copy a project of ${largeMegabytes} MB`, peer: "git clone --no-local", ...bytes },
  ];
}

/** The first round warms both and is not counted. */
async function inTurn(ours: (n: number) => Promise<unknown>, peer: (n: number) => Promise<unknown>, after: (n: number) => Promise<void> = async () => {}) {
  const taken = { oursMs: [] as number[], peerMs: [] as number[] };
  for (let n = 0; n <= rounds; n++) {
    const began = performance.now();
    await ours(n);
    const between = performance.now();
    await peer(n);
    const ended = performance.now();
    if (n > 0) {
      taken.oursMs.push(between - began);
      taken.peerMs.push(ended - between);
    }
    await after(n);
  }
  return taken;
}

async function git(args: readonly string[], folder?: string, input = ""): Promise<void> {
  const child = spawn("git", [...(folder ? [`--git-dir=${folder}`] : []), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  // Most commands read nothing and may have ended by now.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  child.stdout.resume();
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`);
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}
