import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import { createEmbeddedForge } from "#server/adapters/forge/embedded/forge.ts";
import { createFileHomes } from "#server/adapters/storage/files/homes.ts";
import { createFileStorage } from "#server/adapters/storage/files/storage.ts";
import type { Services } from "#server/context.ts";
import { digestOf, newId } from "#server/ids.ts";
import { removalLock } from "#server/ports/store.ts";
import { lockDataFolder } from "#server/supervisor/data-lock.ts";
import { unlessBackedUp } from "#server/usecases/hold-removals.ts";
import { verifyData } from "#server/usecases/verify-data.ts";
import { type TestDatabase, testDatabase } from "#tests/database.ts";
import { createWorld, type TestWorld, value } from "#tests/world.ts";
import { backUp } from "./back-up.ts";
import { openBackupFolder } from "./backup-folder.ts";
import { checkBackup, chooseBackup } from "./check-backup.ts";
import { finishRestore, refuseFilledDatabase, refuseFilledFolder, restoreDatabase, restoreFiles } from "./restore.ts";

let world: TestWorld;
let place = "";
let ownerId: Awaited<ReturnType<TestWorld["user"]>>;
const backups = () => path.join(place, "backups");
const make = () => backUp({ dataFolder: world.folder, databaseUrl: world.database.url, into: backups() });

beforeAll(async () => {
  world = await createWorld();
  place = await mkdtemp(path.join(tmpdir(), "sheaf-backup-"));
  ownerId = await world.user("ada", "author");
  await project("first", { "notebook.ipynb": "{}", "data.csv": "a,b\n1,2\n" });
  const bytes = new Uint8Array([1, 2, 255, 10, 9, 92]);
  await world.store.insertBlob({ digest: digestOf(bytes), mediaType: "image/png", bytes });
  // More than any buffer on the way holds, with every byte there is.
  for (let n = 0; n < 12; n++) {
    const large = Buffer.alloc(n * 50_000, Buffer.from(Array.from({ length: 256 }, (_, byte) => (byte + n) % 256)));
    await world.store.insertBlob({ digest: digestOf(large), mediaType: "image/png", bytes: large });
  }
  const home = { username: "ada", uid: null };
  await world.services.homes.ensure(home);
  value(await world.services.homes.write(home, "private/notes.txt", new TextEncoder().encode("mine"), { executable: true }));
  const folder = path.join(world.folder, "homes/ada/private");
  await symlink("/etc/passwd", path.join(folder, "way out"));
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from("caf\xe9", "latin1")]), "latin");
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
  await writeFile(path.join(world.folder, "secrets.json"), '{"authSecret":"x"}', { mode: 0o600 });
  await mkdir(path.join(world.folder, "checkouts/one"), { recursive: true });
});
afterAll(async () => {
  await world.close();
  await rm(place, { recursive: true, force: true });
});

/** A project whose repository has one commit that a working copy's row names. */
async function project(slug: string, files: Readonly<Record<string, string>>): Promise<{ repositoryId: RepositoryId; commit: CommitId }> {
  const { forge, store } = world.services;
  await store.upsertArea({ slug: "genetics", title: "Genetics", description: "" });
  const repositoryId = value(await forge.createRepository(slug));
  const commit = value(await forge.commit(repositoryId, request(null, files)));
  const projectId = newId("project");
  await store.insertProject({
    id: projectId,
    ownerId,
    slug,
    title: slug,
    type: "worksheet",
    areaSlug: "genetics",
    visibility: "public",
    state: "ready",
    repositoryId,
  });
  return { repositoryId, commit };
}

function request(parent: CommitId | null, files: Readonly<Record<string, string>>) {
  const changes = new Map(Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]));
  return { ref: "main", parent, message: "m", author: { name: "Ada", email: "ada@sheaf.invalid", at: new Date() }, changes };
}

type Copy = { folder: string; database: TestDatabase; services: Services };

/** The newest backup in a folder and a database of its own. */
async function restore(): Promise<Copy> {
  const folder = path.join(place, `restored-${newId("run")}`);
  const database = await testDatabase();
  const from = openBackupFolder(backups());
  const manifest = await chooseBackup(from);
  await refuseFilledFolder(folder);
  await refuseFilledDatabase(database.url);
  await restoreFiles(from, manifest, folder);
  await restoreDatabase(from, manifest, database.url);
  await finishRestore(folder);
  const options = { dataFolder: folder, homeBytes: 1e9 };
  const forge = createEmbeddedForge({ folder: path.join(folder, "repositories") });
  return {
    folder,
    database,
    services: { ...world.services, store: database.store, forge, storage: createFileStorage(options), homes: createFileHomes(options) },
  };
}

async function drop(copy: Copy): Promise<void> {
  await copy.services.forge.close();
  await copy.database.drop();
}

async function contents(): Promise<string[]> {
  const found = await readdir(path.join(backups(), "contents"), { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
}

test("what is restored is what was there: rows, repositories, homes with their modes and links", async () => {
  const manifest = await make();
  expect(manifest.leftOut).toEqual([]);
  const copy = await restore();
  const verified = await verifyData(copy.services);
  expect(verified).toMatchObject({ problems: [], repositories: 1 });
  for (const table of ["users", "projects", "areas", "blobs"]) {
    const rows = (database: TestDatabase) => database.connection.client.unsafe(`select * from ${table} order by 1`);
    expect(await rows(copy.database)).toEqual(await rows(world.database));
  }
  // The next person's uid is not one that somebody has.
  const next = await copy.services.store.insertUser({
    id: newId("user"),
    username: "bob",
    displayName: "Bob",
    email: null,
    passwordHash: null,
    level: "reader",
  });
  expect(next?.uidOffset).toBe(2);
  const home = path.join(copy.folder, "homes/ada/private");
  expect((await readdir(home, { encoding: "latin1" })).sort()).toEqual(["caf\xe9", "notes.txt", "way out"]);
  expect((await stat(path.join(home, "notes.txt"))).mode & 0o777).toBe((await stat(path.join(world.folder, "homes/ada/private/notes.txt"))).mode & 0o777);
  expect((await stat(path.join(copy.folder, "secrets.json"))).mode & 0o777).toBe(0o600);
  expect(await readdir(copy.folder)).not.toContain("checkouts");
  await drop(copy);
});

test("a second backup keeps only what is new", async () => {
  const before = (await contents()).length;
  await make();
  // The list of files and the rows of tables are compressed alike: nothing changed, nothing is kept twice.
  expect((await contents()).length - before).toBeLessThanOrEqual(2);
  expect(await openBackupFolder(backups()).names()).toHaveLength(2);
});

test("a backup that is made while people write is consistent", async () => {
  let going = true;
  let last = 0;
  const { repositoryId, commit } = await project("busy", { "a.txt": "0" });
  const { forge, homes } = world.services;
  const write = async () => {
    let parent = commit;
    for (let n = 1; going; n++) {
      parent = value(await forge.commit(repositoryId, request(parent, { "a.txt": `${n}`, [`f${n}.txt`]: `${n}`.repeat(500) })));
      await project(`busy-${n}`, { "a.txt": "1" });
      value(await homes.write({ username: "ada", uid: null }, `private/${n}.txt`, new TextEncoder().encode(`${n}`)));
      if (n % 20 === 0) await forge.maintain(repositoryId);
      last = n;
    }
  };
  const writing = write();
  for (let times = 0; times < 3; times++) {
    await pause(300);
    await make();
  }
  going = false;
  await writing;
  const copy = await restore();
  const verified = await verifyData(copy.services);
  expect(verified.problems).toEqual([]);
  expect(verified.repositories).toBeGreaterThan(2);
  expect(last).toBeGreaterThan(5);
  expect(value(await copy.services.forge.resolve(repositoryId, "main"))).toMatch(/^[0-9a-f]{40}$/);
  await drop(copy);
});

test("nothing that rows named is removed while a backup is made", async () => {
  let removed = false;
  const remove = unlessBackedUp(world.store, async () => {
    removed = true;
  });
  const other = await testLocks();
  await other.withLock(removalLock, 1000, async () => {
    await remove();
    expect(removed).toBe(false);
  });
  await remove();
  expect(removed).toBe(true);
  await other.closeLocks();
});

async function testLocks() {
  const { createLocks } = await import("../store/locks.ts");
  return createLocks(world.database.url);
}

test("one that is killed half-way is no backup, and the next one is whole", async () => {
  const names = await openBackupFolder(backups()).names();
  const big = path.join(world.folder, "homes/ada/private/big.bin");
  await writeFile(big, Buffer.alloc(300 * 1024 * 1024, 7));
  const child = spawn(process.execPath, ["server/cli/main.ts", "backup", backups(), "--data", world.folder], {
    env: { ...process.env, DATABASE_URL: world.database.url },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const unfinished = async () => (await contents()).filter((file) => file.endsWith(".new"));
  const isCopying = async () => {
    const sizes = await Promise.all((await unfinished()).map(async (file) => (await stat(file).catch(() => null))?.size ?? 0));
    return sizes.some((size) => size > 1024 * 1024);
  };
  while (!(await isCopying()) && child.exitCode === null) await pause(5);
  child.kill("SIGKILL");
  await ended;
  expect((await unfinished()).length).toBeGreaterThan(0);
  expect(await openBackupFolder(backups()).names()).toEqual(names);
  await rm(big);
  await make();
  const folder = openBackupFolder(backups());
  expect(await checkBackup(folder, await chooseBackup(folder))).toEqual([]);
  await folder.prune(1);
  expect(await unfinished()).toEqual([]);
  expect(await folder.names()).toHaveLength(1);
  expect(await checkBackup(folder, await chooseBackup(folder))).toEqual([]);
});

test("nothing is written over", async () => {
  await expect(refuseFilledFolder(world.folder)).rejects.toThrow("is not empty");
  await expect(refuseFilledDatabase(world.database.url)).rejects.toThrow("has rows already");
});

test("a file that was damaged is told by its name, and a restore stops at it and leaves no folder that a server would start on", async () => {
  const folder = openBackupFolder(backups());
  const manifest = await chooseBackup(folder);
  let content = "";
  for await (const line of folder.lines(manifest)) if (line.kind === "file" && line.path === "homes/ada/private/notes.txt") content = line.content;
  await writeFile(folder.placeOf(content), "mean");
  expect(await checkBackup(folder, manifest)).toEqual([`homes/ada/private/notes.txt is damaged: ${folder.placeOf(content)}`]);
  const into = path.join(place, "half");
  await expect(restoreFiles(folder, manifest, into)).rejects.toThrow("homes/ada/private/notes.txt is damaged");
  await expect(refuseFilledFolder(into)).rejects.toThrow("broken off");
  await expect(lockDataFolder(into, "a test")).rejects.toThrow("restored only in part");
  await rm(folder.placeOf(content));
  expect(await checkBackup(folder, manifest)).toEqual([`homes/ada/private/notes.txt is missing: ${folder.placeOf(content)}`]);
  const file = path.join(backups(), "backups", `${manifest.name}.json`);
  await writeFile(file, (await readFile(file, "utf8")).replace('"entries": ', '"entries": 1'));
  await expect(chooseBackup(folder)).rejects.toThrow("damaged");
});

test("a table that was damaged stops a restore with nothing of it in the database", async () => {
  await rm(backups(), { recursive: true, force: true });
  await make();
  const folder = openBackupFolder(backups());
  const manifest = await chooseBackup(folder);
  const database = await testDatabase();
  const { content = "" } = manifest.database.tables.find(({ name }) => name === "users") ?? {};
  const whole = await readFile(folder.placeOf(content));
  // Cut short; and whole, but another content than its name says.
  for (const bytes of [whole.subarray(0, whole.length - 5), gzipSync("rubbish\n")]) {
    await writeFile(folder.placeOf(content), bytes);
    await expect(restoreDatabase(folder, manifest, database.url)).rejects.toThrow("The table users is damaged");
    await refuseFilledDatabase(database.url);
  }
  await writeFile(folder.placeOf(content), whole);
  await restoreDatabase(folder, manifest, database.url);
  await expect(refuseFilledDatabase(database.url)).rejects.toThrow("has rows already");
  await database.drop();
});

test("verifying tells which project lacks its repository, or has a damaged one", async () => {
  await rm(backups(), { recursive: true, force: true });
  const { repositoryId } = await project("damaged", { "a.txt": "precious" });
  const { repositoryId: gone } = await project("gone", { "a.txt": "1" });
  await make();
  const copy = await restore();
  const folderOf = (id: string) => path.join(copy.folder, "repositories", id.slice(0, 2), `${id}.git`);
  await rm(folderOf(gone), { recursive: true });
  const objects = (await readdir(path.join(folderOf(repositoryId), "objects"), { recursive: true })).filter((name) => /^[0-9a-f]{2}\/|\.pack$/.test(name));
  await writeFile(path.join(folderOf(repositoryId), "objects", objects[0] ?? ""), "rubbish", { flag: "r+" }).catch(async () => {
    await rm(path.join(folderOf(repositoryId), "objects", objects[0] ?? ""));
  });
  const { problems } = await verifyData(copy.services);
  expect(problems.join("\n")).toMatch(/project gone: No such repository/);
  expect(problems.join("\n")).toMatch(/project damaged: It is damaged/);
  expect(problems).toHaveLength(2);
  await drop(copy);
});
