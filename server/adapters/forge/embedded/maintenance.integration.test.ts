import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { CommitRequest, Forge } from "#server/ports/forge.ts";
import { value } from "../contract-values.ts";
import { createEmbeddedForge } from "./forge.ts";

let folder: string;
let forge: Forge;
/** Another process of ours: it knows nothing of what the first one does. */
let other: Forge;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "forge-maintenance-"));
  forge = createEmbeddedForge({ folder });
  other = createEmbeddedForge({ folder });
});
afterAll(async () => {
  await Promise.all([forge.close(), other.close()]);
  await rm(folder, { recursive: true });
});

const at = (id: RepositoryId): string => path.join(folder, id.slice(0, 2), `${id}.git`);
const author = { name: "Ada", email: "ada@example.org", at: new Date("2026-01-02T03:04:05Z") };
const request = (changes: Record<string, string | Buffer>, parent: CommitId | null, ref: string | null = "main"): CommitRequest => ({
  ref,
  parent,
  message: "Save",
  author,
  changes: new Map(Object.entries(changes).map(([name, content]) => [name, Buffer.from(content)])),
});
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const git = (id: RepositoryId, ...args: string[]): string => execFileSync("git", [`--git-dir=${at(id)}`, ...args], { stdio: "pipe" }).toString();
const loose = (id: RepositoryId): number => Number(/count: (\d+)/.exec(git(id, "count-objects", "-v"))?.[1]);
const isWhole = (id: RepositoryId): boolean => spawnSync("git", [`--git-dir=${at(id)}`, "fsck", "--full", "--strict"]).status === 0;

async function line(id: RepositoryId, length: number, parent: CommitId | null = null, by = forge): Promise<CommitId[]> {
  const commits: CommitId[] = [];
  for (let n = 0; n < length; n++)
    commits.push(value(await by.commit(id, request({ [`folder ${n % 5}/${n}.txt`]: `content ${n}` }, commits.at(-1) ?? parent))));
  return commits;
}

test("packs beside commits, reads and copies that go on, and nothing is lost", async () => {
  const id = value(await forge.createRepository("busy"));
  const commits = await line(id, 80);
  expect(loose(id)).toBeGreaterThan(200);
  let going = true;
  const saving = (async () => {
    while (going) commits.push(value(await other.commit(id, request({ [`more/${commits.length}.txt`]: randomBytes(2000) }, commits.at(-1) as CommitId))));
  })();
  const reading = (async () => {
    while (going)
      for (const by of [forge, other]) expect(text(value(await by.readFile(id, commits[40] as CommitId, "folder 0/40.txt", 100)))).toBe("content 40");
  })();
  const copies: RepositoryId[] = [];
  const copying = (async () => {
    while (going) copies.push(value(await other.fork(id, "copy")));
  })();
  for (let n = 0; n < 3; n++) {
    value(await forge.maintain(id));
    await line(value(await forge.createRepository("pause")), 5);
    // Enough for the next round.
    for (let m = 0; m < 70; m++) execFileSync("git", [`--git-dir=${at(id)}`, "hash-object", "-w", "--stdin"], { input: randomBytes(100) });
  }
  going = false;
  await Promise.all([saving, reading, copying]);
  value(await forge.maintain(id));
  expect(value(await forge.history(id, commits.at(-1) as CommitId, { limit: 1 })).versions[0]?.number).toBe(commits.length);
  expect(isWhole(id)).toBe(true);
  expect(copies.length).toBeGreaterThan(0);
  for (const copy of copies.slice(-40)) {
    expect(isWhole(copy)).toBe(true);
    expect(commits).toContain(value(await forge.resolve(copy, "main")));
  }
});

/** What reads for this process. */
async function catFiles(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, "utf8").catch(() => "");
    const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (status.includes(`PPid:\t${process.pid}\n`) && command.includes("--batch-command")) found.push(Number(name));
  }
  return found;
}

test("reads go on, each whole, while the processes that read are killed again and again", async () => {
  const id = value(await forge.createRepository("killed"));
  const content = randomBytes(900_000);
  const commit = value(await forge.commit(id, request({ "large.bin": content, "small.txt": "small" }, null)));
  const read = [0, 0, 0, 0];
  let going = true;
  const reading = read.map(async (_, n) => {
    for (; going; read[n] = (read[n] ?? 0) + 1)
      if (n % 2) expect(text(value(await forge.readFile(id, commit, "small.txt", 10)))).toBe("small");
      else expect(content.equals(Buffer.from(value(await forge.readFile(id, commit, "large.bin", 1_000_000))))).toBe(true);
  });
  for (let killed = 0; killed < 20; ) {
    // Everybody has an answer between two kills: a read may be cut, not starved.
    const before = [...read];
    await Promise.race([vi.waitFor(() => expect(read.every((count, n) => count > (before[n] ?? 0))).toBe(true), { timeout: 20_000, interval: 2 }), ...reading]);
    for (const pid of await catFiles()) {
      process.kill(pid, "SIGKILL");
      killed += 1;
    }
  }
  going = false;
  await Promise.all(reading);
});

test("a copy shares the large packs of its source, also after both were maintained", async () => {
  const id = value(await forge.createRepository("large"));
  const changes: Record<string, Buffer> = {};
  for (let n = 0; n < 120; n++) changes[`${n}.bin`] = randomBytes(100_000);
  const first = value(await forge.commit(id, request(changes, null)));
  const copy = value(await forge.fork(id, "copy"));
  const inodes = async (one: RepositoryId): Promise<number[]> => {
    const packs = path.join(at(one), "objects/pack");
    return Promise.all((await readdir(packs)).filter((name) => name.endsWith(".pack")).map(async (name) => (await stat(path.join(packs, name))).ino));
  };
  const [shared] = await inodes(id);
  expect(await inodes(copy)).toEqual([shared]);
  for (const one of [id, copy]) await line(one, 70, first);
  for (const one of [id, copy]) value(await forge.maintain(one));
  for (const one of [id, copy]) {
    expect(await inodes(one)).toContain(shared);
    expect(loose(one)).toBe(0);
    expect(isWhole(one)).toBe(true);
  }
  expect(git(copy, "cat-file", "-t", first).trim()).toBe("commit");
});

test("keeps what no branch reaches for as long as somebody may build on it", async () => {
  const id = value(await forge.createRepository("unreachable"));
  const commits = await line(id, 70);
  const lost = value(await forge.commit(id, request({ "a.txt": "lost" }, commits[0] as CommitId, null)));
  git(id, "update-ref", "-d", git(id, "for-each-ref", "--format=%(refname)", "refs/sheaf/incoming").trim());
  value(await forge.maintain(id));
  expect(loose(id)).toBe(0);
  expect(text(value(await forge.readFile(id, lost, "a.txt", 10)))).toBe("lost");
  const merged = value(await forge.commit(id, { ...request({ "a.txt": "found" }, commits.at(-1) as CommitId), merged: lost }));
  expect(value(await forge.isAncestor(id, lost, merged))).toBe(true);
});

test("saves in spite of the locks that a killed git left, and waits for one that is held", async () => {
  const id = value(await forge.createRepository("locked"));
  const [first] = await line(id, 1);
  const locks = ["refs/heads/main.lock", "packed-refs.lock", "HEAD.lock"].map((name) => path.join(at(id), name));
  for (const lock of locks) {
    await writeFile(lock, "");
    await utimes(lock, new Date(0), new Date(0));
  }
  const second = value(await forge.commit(id, request({ "a.txt": "x" }, first as CommitId)));
  const held = path.join(at(id), "refs/heads/main.lock");
  await writeFile(held, "");
  const saving = forge.commit(id, request({ "a.txt": "y" }, second));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await rm(held);
  const third = value(await saving);
  expect(value(await forge.resolve(id, "main"))).toBe(third);
  // One that was killed a moment ago: the save takes longer, and does not fail.
  await writeFile(held, "");
  const fourth = value(await forge.commit(id, request({ "a.txt": "z" }, third)));
  expect(value(await forge.resolve(id, "main"))).toBe(fourth);
  expect(git(id, "for-each-ref", "refs/sheaf/incoming")).toBe("");
});

test("sweeps half-made repositories when they are old, and shows none before", async () => {
  const before = value(await forge.listRepositories()).repositories.length;
  const id = "ab".repeat(16);
  const names = [`${id}.git.new`, `${id}.git.deleted`, `${id}.git.import-0123456789ab`, `${id}.git.import-0123456789ab.new`];
  for (const name of names) await mkdir(path.join(folder, "ab", name, "objects"), { recursive: true });
  await utimes(path.join(folder, "ab", names[0] as string), new Date(), new Date(0));
  expect(value(await forge.listRepositories()).repositories).toHaveLength(before);
  await forge.sweep();
  expect((await readdir(path.join(folder, "ab"))).filter((name) => name.startsWith(id)).sort()).toEqual(names.slice(1).sort());
});

test("refuses a version of a few objects that names endless files", async () => {
  const id = value(await forge.createRepository("bomb"));
  const run = (args: string[], input = ""): string =>
    execFileSync("git", [`--git-dir=${at(id)}`, "-c", "user.name=x", "-c", "user.email=x@x", ...args], { input })
      .toString()
      .trim();
  let tree = run(["mktree"], Array.from({ length: 10 }, (_, n) => `100644 blob ${run(["hash-object", "-w", "--stdin"], "x")}\tf${n}\n`).join(""));
  for (let depth = 0; depth < 9; depth++) tree = run(["mktree"], Array.from({ length: 10 }, (_, n) => `040000 tree ${tree}\td${n}\n`).join(""));
  const commit = run(["commit-tree", tree, "-m", "x"]) as CommitId;
  const listed = await forge.listTree(id, commit);
  expect(listed.ok ? "ok" : listed.failure.code).toBe("too_large");
  const into = await mkdtemp(path.join(folder, "export-"));
  const exported = await forge.exportTree(id, commit, into, 1e9);
  expect(exported.ok ? "ok" : exported.failure.code).toBe("too_large");
  const compared = await forge.compare(id, null, commit);
  expect(compared.ok ? "ok" : compared.failure.code).toBe("too_large");
});
