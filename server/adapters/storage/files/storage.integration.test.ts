import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { newId } from "#server/ids.ts";
import { storageContract } from "../contract.ts";
import { runFolder } from "./run-places.ts";
import { createFileStorage } from "./storage.ts";

storageContract("files", async (dataFolder) => createFileStorage({ dataFolder, homeBytes: 1_000_000 }));

test("a link in a kept run opens inside the run only", async () => {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "storage-links-"));
  const storage = createFileStorage({ dataFolder, homeBytes: 1 });
  const place = { username: null, worksheetSlug: "growth", runId: newId("run"), queuedAt: new Date() };
  await storage.keepRun(place, null, new Uint8Array([1, 2]), 100);
  const folder = runFolder(dataFolder, place);
  await symlink("notebook.ipynb", path.join(folder, "inside"));
  await symlink("/etc/hostname", path.join(folder, "outside"));
  await symlink(`../${place.runId}/../../homes`, path.join(folder, "up"));
  expect((await storage.openRunFile(place, "inside")).ok).toBe(true);
  expect((await storage.openRunFile(place, "outside")).ok).toBe(false);
  expect((await storage.openRunFile(place, "up/x")).ok).toBe(false);
  await rm(dataFolder, { recursive: true });
});
