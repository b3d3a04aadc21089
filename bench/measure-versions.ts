import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ProjectId } from "#lib/domain/ids.ts";
import type { Result } from "#lib/result.ts";
import type { Context, Services } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { personHome } from "#server/person-home.ts";
import type { Home } from "#server/ports/homes.ts";
import { prepareWorkingCopy } from "#server/usecases/prepare-working-copy.ts";
import { saveVersion } from "#server/usecases/save-version.ts";
import { showWorkingCopy } from "#server/usecases/show-working-copy.ts";
import type { BesideGit } from "./beside-git.ts";

const files = 20_000;
const largeMegabytes = 100;
const rounds = { light: 9, heavy: 3 };
const nameOf = (n: number): string => `data/${n % 200}/${n}.csv`;
const contentOf = (n: number): string => `n,value\n${n},${n * 7}\n`.repeat(30);
/** What git takes for a person who never named themselves. */
const ada = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];

type Bench = { readonly ctx: Context; readonly folder: string; readonly home: Home };

/** What an author waits for between opening a project and a saved version, each beside the git commands that do the same, turn by turn. */
export async function measureVersions(services: Services, folder: string): Promise<BesideGit[]> {
  const username = `author-${newId("user").slice(-8)}`;
  const user = await services.store.insertUser({ id: newId("user"), username, displayName: "Ada", email: null, passwordHash: null, level: "author" });
  if (!user) throw new Error("The author could not be made.");
  const actor = {
    kind: "user",
    userId: user.id,
    username,
    level: "author",
    via: { kind: "session", sessionId: newId("session") },
    address: "bench",
  } as const;
  const bench: Bench = { ctx: { ...services, actor, requestId: "bench" }, folder, home: personHome(user) };
  return [...(await measureMany(bench)), ...(await measureLarge(bench))];
}

async function measureMany(bench: Bench): Promise<BesideGit[]> {
  const project = await makeProject(bench, "many-files");
  const peer = path.join(bench.folder, "many");
  const first = await prepared(bench, project);
  await inBoth(bench, [first, peer], async (root) => {
    for (let n = 0; n < 200; n++) await mkdir(path.join(root, "data", String(n)), { recursive: true });
    for (let n = 0; n < files; n++) await writeFile(path.join(root, nameOf(n)), contentOf(n));
  });
  const all = { oursMs: [await timeOf(() => save(bench, project))], peerMs: [await timeOf(() => begin(peer))] };
  const opening = await inTurn(
    rounds.heavy,
    () => prepared(bench, project),
    (n) => git(["clone", "--quiet", "--local", peer, `${peer}-${n}`]),
    async () => {
      await rm(path.join(bench.ctx.homes.folderOf(bench.home), first), { recursive: true });
    },
  );
  const status = await inTurn(
    rounds.light,
    async () => value(await showWorkingCopy(bench.ctx, { projectId: project })),
    () => git(["-C", peer, "status", "--porcelain"]),
  );
  const change = (n: number): Promise<void> => inBoth(bench, [first, peer], (root) => writeFile(path.join(root, nameOf(n + 5)), `changed ${n}`));
  const one = await inTurn(
    rounds.light,
    () => save(bench, project),
    () => commitAll(peer),
    change,
  );
  return [
    { name: "first version of 20,000 files", peer: "git init, add, commit", ...all },
    { name: "open 20,000 files for the first time", peer: "git clone --local", ...opening },
    { name: "status of 20,000 files", peer: "git status", ...status },
    { name: "save one changed file of 20,000", peer: "git add, commit", ...one },
  ];
}

async function measureLarge(bench: Bench): Promise<BesideGit[]> {
  const project = await makeProject(bench, "large-file");
  const peer = path.join(bench.folder, "large");
  const first = await prepared(bench, project);
  await inBoth(bench, [first, peer], async (root) => {
    await mkdir(root, { recursive: true });
    await writeFile(path.join(root, "a.txt"), "a");
  });
  await save(bench, project);
  await begin(peer);
  const change = async (): Promise<void> => {
    const bytes = randomBytes(largeMegabytes * 1024 * 1024);
    await inBoth(bench, [first, peer], (root) => writeFile(path.join(root, "large.bin"), bytes));
  };
  const saved = await inTurn(
    rounds.heavy,
    () => save(bench, project),
    () => commitAll(peer),
    change,
  );
  const status = await inTurn(
    rounds.heavy,
    async () => value(await showWorkingCopy(bench.ctx, { projectId: project })),
    () => git(["-C", peer, "status", "--porcelain"]),
    change,
  );
  return [
    { name: `save a new file of ${largeMegabytes} MB`, peer: "git add, commit", ...saved },
    { name: `status with a changed file of ${largeMegabytes} MB`, peer: "git status", ...status },
  ];
}

async function makeProject({ ctx }: Bench, slug: string): Promise<ProjectId> {
  if (ctx.actor.kind !== "user") throw new Error("Only people have projects.");
  await ctx.store.upsertArea({ slug: "general", title: "General", description: "" });
  const id = newId("project");
  const name = `${slug}-${id.slice(-8)}`;
  const draft = {
    id,
    ownerId: ctx.actor.userId,
    slug: name,
    title: name,
    type: "notebook",
    areaSlug: "general",
    visibility: "private",
    keepOutputs: true,
  } as const;
  await ctx.store.insertProject(draft);
  await ctx.store.setProjectRepository(id, value(await ctx.forge.createRepository(name)));
  await ctx.store.markProjectReady(id);
  return id;
}

async function prepared({ ctx }: Bench, projectId: ProjectId): Promise<string> {
  return value(await prepareWorkingCopy(ctx, { projectId })).folder;
}

async function save({ ctx }: Bench, projectId: ProjectId): Promise<void> {
  value(await saveVersion(ctx, { projectId, message: "Work" }));
}

/** In the author's folder of the project, as their own programs would, and in the peer's. */
async function inBoth({ ctx, home }: Bench, [folder, peer]: readonly [string, string], write: (root: string) => Promise<void>): Promise<void> {
  const own = path.join(ctx.homes.folderOf(home), folder);
  await write(own);
  // Only what is new: each file that is given to somebody counts as changed, even to the one who had it.
  if (home.uid !== null) await run("chown", ["--recursive", "--from=0:0", `${home.uid}:${home.uid}`, own]);
  await write(peer);
}

async function begin(peer: string): Promise<void> {
  await git(["-C", peer, "init", "--quiet"]);
  await commitAll(peer);
}

async function commitAll(peer: string): Promise<void> {
  await git(["-C", peer, "add", "--all"]);
  await git(["-C", peer, ...ada, "commit", "--quiet", "--message=Work"]);
}

/** `before` is not counted; the first round warms both and is not counted either. */
async function inTurn(
  turns: number,
  ours: () => Promise<unknown>,
  peer: (n: number) => Promise<unknown>,
  before: (n: number) => Promise<void> = async () => {},
): Promise<Pick<BesideGit, "oursMs" | "peerMs">> {
  const taken = { oursMs: [] as number[], peerMs: [] as number[] };
  for (let n = 0; n <= turns; n++) {
    await before(n);
    const [own, other] = [await timeOf(ours), await timeOf(() => peer(n))];
    if (n === 0) continue;
    taken.oursMs.push(own);
    taken.peerMs.push(other);
  }
  return taken;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const git = (args: readonly string[]): Promise<void> => run("git", args);

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}`);
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}
