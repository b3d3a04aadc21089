import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "#server/free-port.ts";
import type { Logger } from "#server/log.ts";
import { findBinaries } from "./binaries.ts";
import { endLeftovers } from "./leftovers.ts";
import { chooseOwner, type Owner, runAsOwner } from "./owner.ts";

export type EmbeddedPostgres = {
  readonly url: string;
  /** Ends every connection, writes a checkpoint, and resolves when no process is left. */
  stop(): Promise<void>;
  /** Resolves when the server is gone, whoever ended it. */
  readonly exited: Promise<{ readonly expected: boolean; readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
};

export type EmbeddedPostgresOptions = {
  /** Holds `cluster/` (the database) and `password`; made when missing. */
  readonly folder: string;
  /** A folder that every user may pass through; holds what lives as long as the server. */
  readonly runtimeFolder: string;
  readonly log: Logger;
  /** Default: any free port of 127.0.0.1. A restart asks for the port it had, so that addresses stay true. */
  readonly port?: number;
};

const database = "sheaf";
const startTimeoutMs = 120_000;

const settings: Readonly<Record<string, string>> = {
  // Unix sockets would be a little faster, but the driver's address cannot name one.
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  max_wal_size: "512MB",
  jit: "off",
  // One process fewer per worker; local disks gain nothing from asynchronous reads at this size.
  io_method: "sync",
  log_min_messages: "warning",
  timezone: "UTC",
  log_timezone: "UTC",
};

/**
 * Starts the PostgreSQL whose binaries npm installed, over a cluster in `folder`. Durable (fsync on), reachable
 * from this machine only, by a password that stays in `folder`. Ends with this process, even when that is killed.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = path.resolve(options.folder);
  const cluster = path.join(folder, "cluster");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const binaries = await findBinaries();
  const owner = await chooseOwner();
  await endLeftovers(cluster, options.log);
  const password = await readOrMakePassword(path.join(folder, "password"));
  const place = await placeFor(owner, { binaries, cluster, runtimeFolder: options.runtimeFolder });
  if (!(await exists(path.join(cluster, "PG_VERSION")))) await makeCluster(place, password, options.log);
  const port = options.port ?? (await freePort());
  const running = await runServer(place, port, options.log);
  const url = (name: string) => `postgres://sheaf:${password}@127.0.0.1:${port}/${name}`;
  try {
    await makeDatabase(url("postgres"));
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { url: url(database), stop: running.stop, exited: running.exited };
}

type Place = { readonly owner: Owner; readonly binaries: string; readonly cluster: string; readonly runtimeFolder: string };

async function placeFor(owner: Owner, place: Omit<Place, "owner">): Promise<Place> {
  await mkdir(place.cluster, { recursive: true, mode: 0o700 });
  await mkdir(place.runtimeFolder, { recursive: true, mode: 0o711 });
  if (owner.kind === "other") {
    const { uid } = await stat(place.cluster);
    // A data folder that came from another machine belongs to whoever had that number there.
    if (uid !== owner.uid) await runChecked("chown", ["--recursive", "--no-dereference", `${owner.uid}:${owner.gid}`, place.cluster]);
  }
  await chmod(place.cluster, 0o700);
  return { owner, ...place };
}

async function makeCluster(place: Place, password: string, log: Logger): Promise<void> {
  // A half-made cluster has no PG_VERSION and nothing in it that anybody needs.
  await runChecked("find", [place.cluster, "-mindepth", "1", "-delete"]);
  const passwordFile = path.join(place.runtimeFolder, `initdb-${randomBytes(6).toString("hex")}`);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (place.owner.kind === "other") await chown(passwordFile, place.owner.uid, place.owner.gid);
  const options = ["--username=sheaf", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--encoding=UTF8", "--locale=C"];
  const child = runAsOwner(place, "initdb", (cluster) => [`--pgdata=${cluster}`, ...options, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
  try {
    const said = await finished(child);
    if (child.exitCode !== 0) throw new Error(`initdb failed: ${said.slice(-2000)}`);
    log.info({ cluster: place.cluster }, "database cluster made");
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function runServer(place: Place, port: number, log: Logger): Promise<Pick<EmbeddedPostgres, "stop" | "exited">> {
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = runAsOwner(place, "postgres", (cluster) => ["-D", cluster, ...flags]);
  let expected = false;
  const exited = new Promise<Awaited<EmbeddedPostgres["exited"]>>((resolve) => {
    child.once("error", () => resolve({ expected, code: null, signal: null }));
    child.once("exit", (code, signal) => resolve({ expected, code, signal }));
  });
  const said = followLog(child, log);
  const stop = async () => {
    expected = true;
    await endServer(child, exited);
  };
  const gone = exited.then(() => {
    throw new Error(`PostgreSQL did not start: ${said().slice(-2000)}`);
  });
  try {
    await Promise.race([untilReady(place.cluster, child), gone]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    gone.catch(() => {});
  }
  return { stop, exited };
}

/** "Fast" first (ends connections, writes a checkpoint), then "immediate", then the kernel's way. */
async function endServer(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  for (const [signal, patienceMs] of [
    ["SIGINT", 15_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    child.kill(signal);
    const timer = new AbortController();
    const timeout = new Promise<"late">((resolve) => {
      const handle = setTimeout(resolve, patienceMs, "late");
      timer.signal.addEventListener("abort", () => clearTimeout(handle));
    });
    const outcome = await Promise.race([exited, timeout]);
    timer.abort();
    if (outcome !== "late") return;
  }
}

function followLog(child: ChildProcess, log: Logger): () => string {
  let tail = "";
  if (!child.stderr) return () => tail;
  createInterface({ input: child.stderr }).on("line", (line) => {
    tail = `${tail}${line}\n`.slice(-8000);
    if (/\b(FATAL|PANIC|ERROR)\b/.test(line)) log.warn({ line }, "database says");
    else log.debug({ line }, "database says");
  });
  return () => tail;
}

/** The last line of postmaster.pid says "ready" once connections are taken; it is what pg_ctl waits for too. */
async function untilReady(cluster: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + startTimeoutMs;
  while (Date.now() < until && child.exitCode === null) {
    const lines = (await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (lines[7]?.startsWith("ready") && lines[0] === String(child.pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`PostgreSQL was not ready after ${startTimeoutMs / 1000} seconds.`);
}

async function makeDatabase(url: string): Promise<void> {
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length === 0) await sql.unsafe(`create database ${database}`);
  } finally {
    await sql.end();
  }
}

async function readOrMakePassword(file: string): Promise<string> {
  const known = await readFile(file, "utf8").catch(() => "");
  if (known.trim() !== "") return known.trim();
  const made = randomBytes(24).toString("base64url");
  await writeFile(file, `${made}\n`, { mode: 0o600 });
  return made;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function runChecked(command: string, parameters: readonly string[]): Promise<void> {
  const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  const said = await finished(child);
  if (child.exitCode !== 0) throw new Error(`${command} failed: ${said.slice(-1000)}`);
}

async function finished(child: ChildProcess): Promise<string> {
  let said = "";
  child.stdout?.on("data", (chunk) => (said += chunk));
  child.stderr?.on("data", (chunk) => (said += chunk));
  await new Promise<void>((resolve, reject) => child.once("error", reject).once("close", () => resolve()));
  return said;
}
