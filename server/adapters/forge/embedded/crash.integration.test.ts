import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RepositoryId } from "#lib/domain/ids.ts";
import type { Forge } from "#server/ports/forge.ts";
import { value } from "../contract-values.ts";
import { createEmbeddedForge } from "./forge.ts";
import { type GitServer, makeRemote, startGitServer } from "./import/git-server-for-a-test.ts";

let folder: string;
let forge: Forge;
let server: GitServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "forge-crash-"));
  await mkdir(path.join(folder, "remotes"));
  makeRemote(path.join(folder, "remotes/x.git"), Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.txt`, `content ${n}`])));
  server = await startGitServer(path.join(folder, "remotes"), { password: "", movedTo: () => "" });
  forge = createEmbeddedForge({ folder: path.join(folder, "repositories") });
});
afterAll(async () => {
  await forge.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const at = (id: string): string => path.join(folder, "repositories", id.slice(0, 2), `${id}.git`);
const shelves = async (): Promise<string[]> => readdir(path.join(folder, "repositories"));
const names = async (): Promise<string[]> =>
  (
    await Promise.all((await shelves()).map(async (shelf) => (await readdir(path.join(folder, "repositories", shelf))).map((name) => `${shelf}/${name}`)))
  ).flat();

/** Git processes that name the folder of the test. */
async function running(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.startsWith("git") && line.includes(path.join(folder, "repositories"))).length;
}

test("a process that is killed in the middle of its work leaves nothing half-visible", async () => {
  // Closed before others are looked at: its readers stay for a while.
  const former = createEmbeddedForge({ folder: path.join(folder, "repositories") });
  const source = value(await former.createRepository("source"));
  const author = { name: "Ada", email: "ada@example.org", at: new Date() };
  const changes = new Map(Array.from({ length: 150 }, (_, n) => [`${n}.txt`, Buffer.from(`content ${n}`)]));
  const main = value(await former.commit(source, { ref: "main", parent: null, message: "1", author, changes }));
  await former.close();
  for (let round = 0; round < 8; round++) {
    const busy = path.join(import.meta.dirname, "busy-forge-for-a-test.ts");
    const child = spawn(process.execPath, [busy, path.join(folder, "repositories"), `http://127.0.0.1:${server.port}/open/x.git`, source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const before = (await names()).length;
    while ((await names()).length < before + 4) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, round * 37));
    child.kill("SIGKILL");
    await once(child, "close");
    // What it had started sees that nobody listens, and ends.
    while ((await running()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { repositories } = value(await forge.listRepositories({ limit: 10_000 }));
  expect(repositories.length).toBeGreaterThan(8);
  let filled = 0;
  for (const { id } of repositories) {
    expect(spawnSync("git", [`--git-dir=${at(id)}`, "fsck", "--full", "--strict"]).status).toBe(0);
    const head = await forge.resolve(id, "main");
    if (!head.ok) continue;
    filled += 1;
    expect(value(await forge.listTree(id, head.value)).length).toBeGreaterThan(0);
  }
  expect(filled).toBeGreaterThan(3);
  expect(value(await forge.resolve(source, "main"))).toBe(main);
  for (const name of await names()) if (!name.endsWith(".git")) await utimes(path.join(folder, "repositories", name), new Date(0), new Date(0));
  await forge.sweep();
  expect((await names()).filter((name) => !name.endsWith(".git"))).toEqual([]);
  // And work goes on in what was interrupted.
  for (const { id } of repositories.slice(0, 10)) {
    const head = await forge.resolve(id as RepositoryId, "main");
    const next = { ref: "main", parent: head.ok ? head.value : null, message: "on", author, changes: new Map([["on.txt", Buffer.from("x")]]) };
    expect((await forge.commit(id, next)).ok).toBe(true);
  }
});
