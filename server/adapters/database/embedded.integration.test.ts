import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "#server/log.ts";
import { startEmbeddedPostgres } from "./embedded.ts";
import { findRunningDatabase } from "./running.ts";

const isRoot = process.getuid?.() === 0;
const log = createLogger("test", "fatal");
let folder = "";
let runtimeFolder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sheaf-database-"));
  runtimeFolder = mkdtempSync(path.join(os.tmpdir(), "sheaf-runtime-"));
  chmodSync(runtimeFolder, 0o711);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(runtimeFolder, { recursive: true, force: true });
});

// Nobody but the owner may pass the temporary folder, as below /root: the database's own user cannot either.
const start = (name: string) => startEmbeddedPostgres({ folder: path.join(folder, name), runtimeFolder, log });

test("is durable, checks its pages, and knows no one without the password", async () => {
  const database = await start("a");
  const sql = postgres(database.url);
  expect(
    await sql`select current_setting('fsync') as fsync, current_setting('data_checksums') as checksums, current_setting('listen_addresses') as listens`,
  ).toEqual([{ fsync: "on", checksums: "on", listens: "127.0.0.1" }]);
  await sql.end();
  const stranger = postgres(database.url.replace(/:[^:@]+@/, ":wrong@"));
  await expect(stranger`select 1`).rejects.toThrow("password authentication failed");
  await stranger.end();
  expect(statSync(path.join(folder, "a/password")).mode & 0o777).toBe(0o600);
  expect(await findRunningDatabase(path.join(folder, "a"))).toBe(database.url);
  await database.stop();
  expect(await database.exited).toEqual({ expected: true, code: 0, signal: null });
  expect(await findRunningDatabase(path.join(folder, "a"))).toBeNull();
});

test("keeps what was committed through kill -9, and starts again", async () => {
  const first = await start("b");
  const sql = postgres(first.url, { onnotice: () => {} });
  await sql`create table kept (n integer)`;
  await sql`insert into kept select generate_series(1, 1000)`;
  process.kill(postmasterOf("b"), "SIGKILL");
  expect(await first.exited).toMatchObject({ expected: false });
  await sql.end({ timeout: 1 });
  const second = await start("b");
  const again = postgres(second.url);
  expect(await again`select count(*)::int as n from kept`).toEqual([{ n: 1000 }]);
  await again.end();
  await second.stop();
});

test("a file left by a process whose number is somebody else's now does not keep it from starting", async () => {
  const first = await start("b");
  const file = path.join(folder, "b/cluster/postmaster.pid");
  const claimed = readFileSync(file, "utf8");
  await first.stop();
  writeFileSync(file, claimed.replace(/^\d+/, String(process.pid)));
  if (isRoot) chownSync(file, statSync(path.dirname(file)).uid, statSync(path.dirname(file)).gid);
  await (await start("b")).stop();
});

test("ends with the process that started it, and one that was left is ended first", async () => {
  const script = path.join(folder, "start.ts");
  const options = JSON.stringify({ folder: path.join(folder, "b"), runtimeFolder });
  writeFileSync(
    script,
    `import { startEmbeddedPostgres } from ${JSON.stringify(path.join(import.meta.dirname, "embedded.ts"))};\nconst log = { debug() {}, info() {}, warn() {}, error() {} };\nawait startEmbeddedPostgres({ ...${options}, log });\nconsole.log("started");\nsetInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const pid = postmasterOf("b");
  // Held still, it cannot follow its starter; the next start finds it there.
  process.kill(pid, "SIGSTOP");
  child.kill("SIGKILL");
  setTimeout(() => process.kill(pid, "SIGCONT"), 1500);
  const next = await start("b");
  expect(postmasterOf("b")).not.toBe(pid);
  await next.stop();
});

test.runIf(isRoot)("runs as a user of its own when root starts it", async () => {
  const database = await start("b");
  const { uid } = statSync(`/proc/${postmasterOf("b")}`);
  expect(uid).not.toBe(0);
  expect(readFileSync(`/proc/${postmasterOf("b")}/status`, "utf8")).toMatch(/^CapEff:\t0+$/m);
  expect(readFileSync(`/proc/${postmasterOf("b")}/environ`, "utf8")).not.toContain("SHEAF");
  await database.stop();
});

test.runIf(isRoot)("runs as an ordinary user too", () => {
  const home = path.join(folder, "home");
  mkdirSync(home);
  chownSync(home, 65_534, 65_534);
  chmodSync(folder, 0o711);
  const script = path.join(home, "start.ts");
  writeFileSync(
    script,
    `import { startEmbeddedPostgres } from ${JSON.stringify(path.join(import.meta.dirname, "embedded.ts"))};\nconst log = { debug() {}, info() {}, warn() {}, error() {} };\nconst database = await startEmbeddedPostgres({ folder: "${home}/data", runtimeFolder: "${home}/run", log });\nawait database.stop();\nconsole.log("well");`,
  );
  const said = execFileSync("setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", process.execPath, script], { cwd: "/", encoding: "utf8" });
  expect(said.trim()).toBe("well");
});

function postmasterOf(name: string): number {
  return Number(readFileSync(path.join(folder, name, "cluster/postmaster.pid"), "utf8").split("\n")[0]);
}
