import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ProjectId } from "#lib/domain/ids.ts";
import { type Author, asLab, author, notebook, prepare, project, ready, save, sources } from "#tests/project-world.ts";
import { createWorld, type TestWorld, value } from "#tests/world.ts";
import { listVersions } from "./list-versions.ts";
import { prepareWorkingCopy } from "./prepare-working-copy.ts";
import { showWorkingCopy } from "./show-working-copy.ts";

let world: TestWorld;
let ada: Author;
let ben: Author;
beforeAll(async () => {
  world = await createWorld();
  ada = await author(world, "ada");
  ben = await author(world, "ben");
});
afterAll(() => world.close());

/** Processes that were killed at work; those that were done before are not counted. */
const kills = 20;
const mostRounds = 60;
const files = Array.from({ length: 12 }, (_, index) => `data/${index}.txt`);
const steps = ["prepare", "save", "restore", "discard"] as const;

/** The same course of events in each run of the test; only the moment of the kill is the machine's. */
function createDice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Everything that is in a version, in a working copy or in a trash, as one text. */
async function allContents(projectId: ProjectId): Promise<string> {
  const { repositoryId } = await ready(world, projectId);
  const folder = path.join(world.folder, "repositories", repositoryId.slice(0, 2), `${repositoryId}.git`);
  const history = await promisify(execFile)("sh", ["-c", "git rev-list --objects main | cut -d' ' -f1 | git cat-file --batch"], {
    cwd: folder,
    maxBuffer: 1e9,
    encoding: "latin1",
  });
  const homes = path.join(world.folder, "homes");
  const names = (await readdir(homes, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !entry.parentPath.includes("/.sheaf/tmp"));
  const contents = await Promise.all(names.map((entry) => readFile(path.join(entry.parentPath, entry.name), "latin1")));
  return [history.stdout, ...contents].join("\n");
}

/** Kills the process, and by turns what it started, after so long. Null, or how long it took where it was done before. */
async function interrupted(step: string, projectId: ProjectId, commit: string, afterMs: number, withChildren: boolean): Promise<number | null> {
  const child: ChildProcess = spawn(process.execPath, ["tests/work-on-copy.ts", step, projectId, "ada", commit], {
    env: { ...process.env, SHEAF_DATA: world.folder, DATABASE_URL: world.database.url, SHEAF_SECRET: "a secret for tests, of forty characters!" },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(child, "exit");
  await once(child.stdout ?? child, "data");
  child.stdin?.write("go\n");
  const began = performance.now();
  await Promise.race([sleep(afterMs), ended]);
  const took = performance.now() - began;
  const wasAtWork = child.exitCode === null;
  if (wasAtWork && child.pid) process.kill(withChildren ? -child.pid : child.pid, "SIGKILL");
  await ended;
  return wasAtWork && child.signalCode === "SIGKILL" ? null : took;
}

test("killed at any point while preparing, saving and going back, it goes on afterwards, and no content is lost", { timeout: 1_200_000 }, async () => {
  const dice = createDice(20_261_123);
  const cells = (author: string, round: number) => Array.from({ length: 6 }, (_, index) => ({ id: `cell-${index}`, source: `${author} ${round} ${index}` }));
  const id = await project(world, ada.user.id, "interrupted", {
    "n.ipynb": notebook(...cells("start", 0)),
    ...Object.fromEntries(files.map((name) => [name, `start ${name}\n`])),
  });
  const one = asLab(world, ada, (await prepare(world, id, ada)).folder);
  const other = asLab(world, ben, (await prepare(world, id, ben)).folder);
  const marks = new Set<string>();
  const killed = { prepare: 0, save: 0, restore: 0, discard: 0 };
  const sum = () => Object.values(killed).reduce((all, one) => all + one, 0);
  // How long each takes on this machine, at most.
  const withinMs = { prepare: 250, save: 500, restore: 500, discard: 500 };
  const write = async (lab: typeof one, name: string, mark: string) => {
    marks.add(mark);
    await lab.write(name, `${mark}\n`);
  };
  for (let round = 1; sum() < kills && round <= mostRounds; round++) {
    await prepare(world, id, ben);
    for (const name of someFiles(dice)) await write(other, name, `ben-${round}-${name}-x`);
    await other.write("n.ipynb", edited(await other.read("n.ipynb"), dice(6), `ben-${round}-cell-x`));
    marks.add(`ben-${round}-cell-x`);
    value(await save(world, id, ben, `Ben ${round}`));
    for (const name of someFiles(dice)) await write(one, name, `ada-${round}-${name}-x`);
    await write(one, `new/${round}.txt`, `ada-${round}-new-x`);
    await one.write("n.ipynb", edited(await one.read("n.ipynb"), dice(6), `ada-${round}-cell-x`));
    marks.add(`ada-${round}-cell-x`);
    const versions = value(await listVersions(ada.ctx, { projectId: id })).items;
    const step = steps[round % steps.length] ?? "save";
    const commit = versions[Math.min(versions.length - 1, 2 + dice(3))]?.commit ?? "";
    const done = await interrupted(step, id, commit, dice(withinMs[step]), round % 2 === 0);
    if (done === null) killed[step]++;
    else withinMs[step] = Math.max(20, Math.min(withinMs[step], Math.ceil(done)));
    const everywhere = await allContents(id);
    expect(
      [...marks].filter((mark) => !everywhere.includes(mark)),
      `lost in round ${round}, by ${step}`,
    ).toEqual([]);
    // Doing it again finishes what was begun; then there is a version of it all.
    value(await prepareWorkingCopy(ada.ctx, { projectId: id }));
    const saved = await save(world, id, ada, `Ada ${round}`);
    if (!saved.ok) expect(saved.failure).toMatchObject({ code: "conflict" });
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ changeCount: 0, behind: 0 });
    const after = await allContents(id);
    expect(
      [...marks].filter((mark) => !after.includes(mark)),
      `lost after round ${round}, by ${step}`,
    ).toEqual([]);
    expect(sources(await one.read("n.ipynb")).length).toBeGreaterThanOrEqual(6);
  }
  // Otherwise nothing was shown.
  expect(sum()).toBe(kills);
  for (const [step, count] of Object.entries(killed)) expect([step, count > 0]).toEqual([step, true]);
  const cellsNow = sources(await one.read("n.ipynb"));
  expect(new Set(cellsNow).size).toBe(cellsNow.length);
});

test("killed while it makes hundreds of files for the first time, what has a name is whole, and all is there afterwards", { timeout: 600_000 }, async () => {
  const dice = createDice(20_261_124);
  const contents = new Map(Array.from({ length: 600 }, (_, index) => [`data/${index % 20}/${index}.txt`, `file ${index}\n`.repeat(200)]));
  const id = await project(world, ada.user.id, "hundreds", Object.fromEntries(contents));
  const { folder } = await prepare(world, id, ada);
  const { root } = asLab(world, ada, folder);
  let withinMs = 500;
  let cut = 0;
  for (let round = 1; cut < 4 && round <= 20; round++) {
    await rm(root, { recursive: true });
    const done = await interrupted("prepare", id, "", dice(withinMs), round % 2 === 0);
    if (done === null) cut++;
    else withinMs = Math.max(20, Math.min(withinMs, Math.ceil(done)));
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) expect([file, await readFile(file, "utf8")]).toEqual([file, contents.get(path.relative(root, file))]);
    }
    expect((await prepare(world, id, ada)).folder).toBe(folder);
    expect(value(await showWorkingCopy(ada.ctx, { projectId: id }))).toMatchObject({ made: true, changeCount: 0, behind: 0 });
    expect((await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())).toHaveLength(contents.size);
  }
  expect(cut).toBe(4);
});

/** Each once: what a person writes over their own unsaved words is lost by their own will. */
function someFiles(dice: (below: number) => number): ReadonlySet<string> {
  return new Set(Array.from({ length: 4 }, () => files[dice(files.length)] ?? ""));
}

function edited(text: string, cell: number, source: string): string {
  const parsed = JSON.parse(text) as { cells: { source: string[] }[] };
  const at = parsed.cells[cell % parsed.cells.length];
  if (at) at.source = [source];
  return `${JSON.stringify(parsed, null, 1)}\n`;
}
