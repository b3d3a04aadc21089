import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedPostgres } from "#server/adapters/database/embedded.ts";
import { createLogger } from "#server/log.ts";
import { lockDataFolder } from "#server/supervisor/data-lock.ts";

let place = "";
const at = (name: string) => path.join(place, name);

beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), "sheaf-backup-command-"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

/** As it is typed; the database is the embedded one of the data folder. */
async function sheaf(...words: readonly string[]): Promise<{ code: number; said: string }> {
  const { DATABASE_URL: _, ...environment } = process.env;
  const run = promisify(execFile)(process.execPath, ["server/cli/main.ts", ...words], { env: environment });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, said: error.stdout + error.stderr }),
  );
}

test("a house with its own database is backed up, checked, restored elsewhere and verified by commands", async () => {
  expect((await sheaf("user", "create", "--user", "ada", "--data", at("data"))).code).toBe(0);
  expect(await sheaf("backup", at("kept"), "--data", at("data"), "--keep", "2")).toMatchObject({ code: 0, said: expect.stringContaining("is whole") });
  expect((await stat(at("kept"))).mode & 0o077).toBe(0);
  expect((await sheaf("restore", at("kept"), "--data", at("copy"))).said).toContain("is restored into");
  expect(await sheaf("verify", "--data", at("copy"))).toMatchObject({ code: 0, said: expect.stringContaining("All is there") });
  // The account came with it.
  expect((await sheaf("user", "create", "--user", "ada", "--data", at("copy"))).said).toMatch(/taken/);
  expect(await sheaf("restore", at("kept"), "--data", at("copy"))).toMatchObject({ code: 1, said: expect.stringContaining("is not empty") });
});

test("while a server holds the folder the backup is made of its running database", async () => {
  const lock = await lockDataFolder(at("data"), "a test that stands for a server");
  await expect(lockDataFolder(at("data"), "another")).rejects.toThrow("already uses");
  const runtimeFolder = at("runtime");
  await mkdir(runtimeFolder);
  await chmod(place, 0o711);
  const database = await startEmbeddedPostgres({ folder: at("data/postgres"), runtimeFolder, log: createLogger("test", "error") });
  try {
    expect(await sheaf("backup", at("kept"), "--data", at("data"))).toMatchObject({ code: 0, said: expect.stringContaining("is whole") });
  } finally {
    await database.stop();
    lock.release();
  }
  expect(await sheaf("backup", at("kept"), "--verify")).toMatchObject({ code: 0 });
});

test("what was typed wrongly is told without a stack", async () => {
  for (const [words, said] of [
    [["backup", at("data/inside"), "--data", at("data")], "in the data folder"],
    [["restore", at("nowhere"), "--data", at("other")], "no whole backup"],
  ] as const) {
    const outcome = await sheaf(...words);
    expect(outcome).toMatchObject({ code: 1, said: expect.stringContaining(said) });
    expect(outcome.said).not.toContain("    at ");
  }
});
