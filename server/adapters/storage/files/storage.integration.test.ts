import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { newId } from "#server/ids.ts";
import type { RunPlace } from "#server/ports/storage.ts";
import { storageContract } from "../contract.ts";
import { runFolder } from "./run-places.ts";
import { createFileStorage } from "./storage.ts";

storageContract("files", async (dataFolder) => createFileStorage({ dataFolder, homeBytes: 1_000_000 }));

const uid = process.getuid?.() === 0 ? 700_002 : null;

test("a link in the place of a run, or in it, is not followed", async () => {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "storage-links-"));
  const storage = createFileStorage({ dataFolder, homeBytes: 1e6 });
  const place = { username: "ada", uid, worksheetSlug: "growth", runId: newId("run"), queuedAt: new Date() };
  await storage.keepRun(place, null, new Uint8Array([1, 2]), 100);
  const folder = runFolder(dataFolder, place);
  await symlink("notebook.ipynb", path.join(folder, "inside"));
  await symlink("/etc/hostname", path.join(folder, "outside"));
  await symlink(`../${path.basename(folder)}/../../..`, path.join(folder, "up"));
  for (const file of ["inside", "outside", "up/x"]) expect((await storage.openRunFile(place, file)).ok).toBe(false);
  await rename(folder, `${folder}.away`);
  await symlink("/etc", folder);
  expect((await storage.openRunFile(place, "hostname")).ok).toBe(false);
  expect(await storage.listRunFiles(place)).toEqual([]);
  await storage.removeRun(place);
  expect((await stat("/etc")).isDirectory()).toBe(true);
  await rm(dataFolder, { recursive: true });
});

test("a link in the place of the runs' folder leads no run out of the home", async () => {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "storage-links-"));
  const storage = createFileStorage({ dataFolder, homeBytes: 1e6 });
  const place = { username: "ada", uid, worksheetSlug: "growth", runId: newId("run"), queuedAt: new Date() };
  await storage.keepRun(place, null, new Uint8Array([1]), 100);
  const elsewhere = path.join(dataFolder, "elsewhere");
  await mkdir(elsewhere);
  await rm(path.join(dataFolder, "homes/ada/runs"), { recursive: true });
  await symlink(elsewhere, path.join(dataFolder, "homes/ada/runs"));
  await expect(storage.keepRun(place, null, new Uint8Array([1]), 100)).rejects.toThrow();
  expect(await readdir(elsewhere)).toEqual([]);
  await rm(dataFolder, { recursive: true });
});

test.skipIf(uid === null)("what is kept in a home belongs to its person, also after a claim, and shares no bytes with others", async () => {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "storage-owner-"));
  const storage = createFileStorage({ dataFolder, homeBytes: 1e6 });
  const unclaimed = { username: null, worksheetSlug: "growth", runId: newId("run"), queuedAt: new Date() };
  const [claimed, other] = [
    { ...unclaimed, username: "ada", uid },
    { ...unclaimed, runId: newId("run") },
  ];
  const given = { ...claimed, runId: newId("run"), username: "bob", uid: 700_003 };
  const work = await mkdtemp(path.join(dataFolder, "work-"));
  await writeFile(path.join(work, "a.txt"), "x");
  await storage.keepRun(unclaimed, work, new Uint8Array([1]), 100);
  await storage.shareFiles(unclaimed, other);
  await storage.shareFiles(unclaimed, given);
  await storage.claimRun(unclaimed, claimed);
  const owner = async (place: RunPlace, file: string) => {
    const found = await stat(path.join(runFolder(dataFolder, place), file));
    return [found.uid, found.gid, found.nlink === 1 || found.isDirectory()];
  };
  for (const file of ["", "..", "../..", "../../..", "files", "files/a.txt", "notebook.ipynb"]) {
    expect([file, await owner(claimed, file)]).toEqual([file, [uid, uid, true]]);
    expect([file, await owner(given, file)]).toEqual([file, [700_003, 700_003, true]]);
  }
  expect((await owner(other, "files/a.txt"))[0]).toBe(0);
  await rm(dataFolder, { recursive: true });
});
