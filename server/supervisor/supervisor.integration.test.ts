import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Health, PartName } from "#lib/gateway/health.ts";
import { freePort } from "#server/free-port.ts";
import { testDatabaseVariable } from "#tests/database.ts";

const root = path.resolve(import.meta.dirname, "../..");
let folder = "";
let started: ChildProcess[] = [];

// Small stand-ins for pages and engine; supervisor, database, gateway and lock are the real ones.
const web = `
import http from "node:http";
http.createServer((request, response) => response.end("page " + process.pid + " " + (process.env.SHEAF_ADMIN_PASSWORD ?? "none"))).listen(Number(process.env.PORT), process.env.HOSTNAME);
process.on("SIGTERM", () => process.exit(0));`;
const engine = `
import { spawn } from "node:child_process";
spawn("sleep", ["7777777"], { stdio: "ignore" });
process.on("SIGTERM", () => process.exit(0));
process.send({ type: "ready" });
process.send({ type: "health", parts: { kernels: { state: "ready", since: new Date().toISOString() } } });
setInterval(() => {}, 1000);`;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sheaf-supervisor-"));
  writeFileSync(path.join(folder, "web.mjs"), web);
  writeFileSync(path.join(folder, "engine.mjs"), engine);
  const run = `
import { loadConfig } from ${JSON.stringify(path.join(root, "server/config.ts"))};
import { supervise } from ${JSON.stringify(path.join(root, "server/main.ts"))};
const scripts = { web: [${JSON.stringify(path.join(folder, "web.mjs"))}], engine: [${JSON.stringify(path.join(folder, "engine.mjs"))}], gateway: ["server/gateway/main.ts"], prepare: null, seed: null };
supervise(loadConfig(), scripts).then((code) => process.exit(code), (error) => { console.error(error.message); process.exit(1); });`;
  writeFileSync(path.join(folder, "run.ts"), run);
});
afterEach(async () => {
  for (const child of started) child.kill("SIGTERM");
  await Promise.all(started.map((child) => ended(child)));
  started = [];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the supervisor", () => {
  test("opens the house, keeps secrets to itself, and leaves nothing when asked to stop", async () => {
    const house = await start("a");
    expect(house.output()).toContain(`Sheaf is ready at http://sheaf.localhost:${house.port}`);
    expect(await health(house.port)).toMatchObject({ status: "ready", ready: true });
    expect(await page(house.port)).toMatch(/^page \d+ none$/);
    for (const file of ["secrets.json", "postgres/password"]) expect(statSync(path.join(folder, "a", file)).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.join(folder, "a/logs"))).toContain("gateway.log");
    expect(JSON.stringify(readFileSync(path.join(folder, "a/logs/supervisor.log"), "utf8"))).not.toContain(
      readFileSync(path.join(folder, "a/postgres/password"), "utf8").trim(),
    );
    const family = familyOf(house.child);
    expect(family.length).toBeGreaterThan(5);
    house.child.kill("SIGINT");
    expect(await ended(house.child)).toBe(0);
    await untilTrue(() => family.every((pid) => !isAlive(pid)));
  });

  test.each(["web", "engine", "gateway"] satisfies PartName[])("starts %s again after kill -9, and says so", async (part) => {
    const house = await start("b");
    const victim = childRunning(house.child, `${part === "gateway" ? "gateway/main.ts" : `${part}.mjs`}`);
    process.kill(victim, "SIGKILL");
    await untilTrue(
      async () => ((await health(house.port).catch(() => null))?.parts[part]?.restarts ?? 0) > 0 && (await health(house.port)).status === "ready",
    );
    expect(house.output()).toContain(`The ${part} ended (ended by SIGKILL); it is started again.`);
    expect(await page(house.port)).toMatch(/^page/);
  });

  test("starts the database again after kill -9, at the address it had", async () => {
    const house = await start("b");
    process.kill(childRunning(house.child, "bin/postgres"), "SIGKILL");
    await untilTrue(async () => {
      const now = await health(house.port).catch(() => null);
      return now?.status === "ready" && (now.parts.database?.restarts ?? 0) > 0;
    });
  });

  test("leaves no process behind when it is killed itself, and starts again on the same folder", async () => {
    const house = await start("c");
    const family = familyOf(house.child);
    house.child.kill("SIGKILL");
    await untilTrue(() => family.every((pid) => !isAlive(pid)));
    const again = await start("c");
    expect(await health(again.port)).toMatchObject({ status: "ready" });
  });

  test("refuses a second server on the same folder in readable words", async () => {
    const house = await start("d");
    const second = launch("d", await freePort());
    expect(await ended(second.child)).toBe(1);
    expect(second.output()).toContain(`Another Sheaf already uses ${path.join(folder, "d")} (process ${house.child.pid}`);
  });

  test("uses the database that DATABASE_URL names, and makes none", async () => {
    const house = await start("g", { DATABASE_URL: process.env[testDatabaseVariable] ?? "" });
    expect(await health(house.port)).toMatchObject({ status: "ready", parts: { database: { state: "ready" } } });
    expect(readdirSync(path.join(folder, "g"))).not.toContain("postgres");
  });

  test("says that the database it should use is not there, and leaves", async () => {
    const port = await freePort();
    const house = launch("h", await freePort(), { DATABASE_URL: `postgres://sheaf:secret-word@127.0.0.1:${port}/sheaf` });
    expect(await ended(house.child)).toBe(1);
    expect(house.output()).toMatch(new RegExp(`The database that DATABASE_URL names \\(127.0.0.1:${port}/sheaf\\) cannot be used: .*ECONNREFUSED`));
    expect(house.output()).not.toContain("secret-word");
  });

  test("says which port is taken", async () => {
    const house = await start("e");
    const second = launch("f", house.port);
    expect(await ended(second.child)).toBe(1);
    expect(second.output()).toContain(`Port ${house.port} is taken`);
  });
});

function launch(name: string, port: number, more: Record<string, string> = {}) {
  const environment = {
    ...process.env,
    SHEAF_DATA: path.join(folder, name),
    SHEAF_PORT: String(port),
    SHEAF_URL: "",
    DATABASE_URL: "",
    SHEAF_ADMIN_USER: "chief",
    SHEAF_ADMIN_PASSWORD: "a long enough password",
    ...more,
  };
  const child = spawn(process.execPath, [path.join(folder, "run.ts")], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  started.push(child);
  return { child, port, output: () => said };
}

async function start(name: string, more: Record<string, string> = {}) {
  const house = launch(name, await freePort(), more);
  await untilTrue(() => {
    if (house.child.exitCode !== null) throw new Error(house.output());
    return house.output().includes("Sheaf is ready at");
  });
  return house;
}

async function health(port: number): Promise<Health> {
  return (await fetch(`http://localhost:${port}/api/health`)).json() as Promise<Health>;
}

async function page(port: number): Promise<string> {
  return (await fetch(`http://localhost:${port}/api/x`)).text();
}

function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode !== null || child.signalCode !== null ? Promise.resolve(child.exitCode) : new Promise((resolve) => child.once("exit", resolve));
}

type Row = { pid: number; parent: number; command: string };

function processes(): Row[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,stat=,args="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, parent, state, command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid && parent && !state?.startsWith("Z") ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
}

function rowsBelow(child: ChildProcess): Row[] {
  const all = processes();
  const below = (pid: number): Row[] => all.filter((row) => row.parent === pid).flatMap((row) => [row, ...below(row.pid)]);
  return below(child.pid ?? -1);
}

function familyOf(child: ChildProcess): number[] {
  return rowsBelow(child).map((row) => row.pid);
}

function childRunning(child: ChildProcess, words: string): number {
  const found = rowsBelow(child).find((row) => row.command.includes(words));
  if (!found) throw new Error(`${words} is not running`);
  return found.pid;
}

function isAlive(pid: number): boolean {
  return processes().some((row) => row.pid === pid);
}

async function untilTrue(check: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 45_000;
  while (!(await check())) {
    if (Date.now() > until) throw new Error("It did not become true in time.");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
