import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Forge } from "#server/ports/forge.ts";
import { value } from "../contract-values.ts";
import { createEmbeddedForge } from "./forge.ts";

/** A disk of its own takes a mount. */
const mayMount = process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;
let disk: string;
let forge: Forge;

beforeAll(async () => {
  disk = await mkdtemp(path.join(os.tmpdir(), "forge-full-"));
  if (mayMount) spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "sheaf", disk]);
  forge = createEmbeddedForge({ folder: path.join(disk, "repositories") });
});
afterAll(async () => {
  await forge.close();
  if (mayMount) spawnSync("umount", [disk]);
  await rm(disk, { recursive: true, force: true });
});

const filler = (): string => path.join(disk, "filler");
async function leave(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(disk);
  await writeFile(filler(), Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
}
const save = (repository: RepositoryId, parent: CommitId | null, content: Uint8Array) =>
  forge.commit(repository, {
    ref: "main",
    parent,
    message: "v",
    author: { name: "Ada", email: "ada@example.org", at: new Date() },
    changes: new Map([["data.bin", content]]),
  });

test.runIf(mayMount)("a full disk is said in words wherever it is met, and takes nothing of what was saved", async () => {
  const repository = value(await forge.createRepository("ada/full"));
  const first = randomBytes(1_000_000);
  const parent = value(await save(repository, null, first));
  const next = randomBytes(1_000_000);
  for (const bytes of [0, 8192, 100_000, 900_000, 1_050_000]) {
    await leave(bytes);
    const saved = await save(repository, parent, next);
    await rm(filler());
    expect(saved).toMatchObject({ ok: false, failure: { code: "unavailable", message: "The server's disk is full. Nothing was changed." } });
    expect(value(await forge.resolve(repository, "main"))).toBe(parent);
    expect(Buffer.compare(value(await forge.readFile(repository, parent, "data.bin", 2_000_000)), first)).toBe(0);
  }
  await leave(4096);
  expect(await forge.createRepository("ada/none")).toMatchObject({ ok: false, failure: { code: "unavailable" } });
  await rm(filler());
  expect((await save(repository, parent, next)).ok).toBe(true);
});
