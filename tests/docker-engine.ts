import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { z } from "zod";
import { loadConfig } from "#server/config.ts";

/** A container engine that the tests started themselves, and may therefore kill. */
export type OwnEngine = { readonly pid: number; readonly args: readonly string[] };

const ownSchema = z.object({ pid: z.number(), args: z.array(z.string()) });
const startMs = 60_000;
const socketPath = "/var/run/docker.sock";
/** Kernels and labs use no network of the engine's: it needs no packet filter, and no bridge that another may have. */
const networkless = ["--bridge=none", "--iptables=false", "--ip6tables=false"];
/** A set's containers speak to each other, and are kept from the world by the engine's filter. */
const networked = ["--bridge=none", "--default-address-pool=base=10.213.0.0/16,size=24"];

const folder = (): string => path.join(loadConfig().cacheFolder, "docker-engine");
const recordFile = (): string => path.join(folder(), "engine.json");

/** Null when one answers, started now where none did and root may; else why there is none. */
export async function ensureDockerEngine(networks: "none" | "own" = "none"): Promise<string | null> {
  if (await isEngineThere()) return null;
  if (process.getuid?.() !== 0) return "no container engine answers, and only root can start one";
  await mkdir(folder(), { recursive: true });
  const args = [`--data-root=${path.join(folder(), "data")}`, ...(networks === "own" ? networked : networkless)];
  return start(args);
}

/** Null where the engine is not ours: what others use is not for a test to kill. */
export async function findOwnEngine(): Promise<OwnEngine | null> {
  const parsed = ownSchema.safeParse(JSON.parse(await readFile(recordFile(), "utf8").catch(() => "null")));
  if (!parsed.success) return null;
  const commandLine = await readFile(`/proc/${parsed.data.pid}/cmdline`, "utf8").catch(() => "");
  return commandLine.startsWith("dockerd\0") ? parsed.data : null;
}

/** As a fault would: at once, and without a word to anybody. */
export async function killOwnEngine({ pid }: OwnEngine): Promise<void> {
  process.kill(pid, "SIGKILL");
  while (await isEngineThere()) await sleep(20);
  // Left behind, and believed for as long as those processes wait for somebody to take note of their end.
  for (const file of ["/var/run/docker.pid", "/var/run/docker/containerd/containerd.pid"]) await rm(file, { force: true });
}

/** In order, where it is ours: what it holds of images is there for the next time. */
export async function stopOwnEngine(): Promise<void> {
  const own = await findOwnEngine();
  if (!own) return;
  process.kill(own.pid, "SIGTERM");
  while (await findOwnEngine()) await sleep(100);
}

export async function startOwnEngine({ args }: Pick<OwnEngine, "args">): Promise<void> {
  const problem = await start(args);
  if (problem !== null) throw new Error(problem);
}

async function start(args: readonly string[]): Promise<string | null> {
  const log = openSync(path.join(folder(), "log"), "a");
  const child = spawn("dockerd", args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  let ended: string | null = null;
  child.once("error", (error) => (ended = `dockerd cannot be started: ${error.message}`));
  child.once("exit", (code) => (ended ??= `dockerd ended with code ${code}; its last words are in ${path.join(folder(), "log")}`));
  child.unref();
  for (const deadline = performance.now() + startMs; performance.now() < deadline && ended === null; await sleep(100)) {
    if (!(await isEngineThere())) continue;
    await writeFile(recordFile(), JSON.stringify({ pid: child.pid, args }));
    return null;
  }
  return ended ?? "dockerd did not answer in time";
}

export type SmallEngine = { readonly address: string; stop(): Promise<void> };

/** One more engine, all of which is below a folder: its disk, its sockets and what it keeps of running containers. */
export async function startSmallEngine(place: string): Promise<SmallEngine> {
  await mkdir(folder(), { recursive: true });
  const socket = path.join(place, "docker.sock");
  const log = path.join(folder(), "small.log");
  const places = [`--data-root=${path.join(place, "data")}`, `--exec-root=${path.join(place, "state")}`, `--pidfile=${path.join(place, "pid")}`];
  // Where the machine has a containerd of its own, this engine uses that one.
  const apart = ["--containerd-namespace=sheaf-small", "--containerd-plugins-namespace=sheaf-small-plugins"];
  const engine = spawn("sh", ["-c", 'exec dockerd "$@" >"$0" 2>&1', log, ...places, ...apart, `--host=unix://${socket}`, ...networkless]);
  const ended = new Promise<void>((resolve) => engine.once("close", () => resolve()));
  const stop = async () => {
    engine.kill("SIGTERM");
    const late = setTimeout(() => engine.kill("SIGKILL"), 20_000);
    await ended;
    clearTimeout(late);
  };
  for (const deadline = performance.now() + startMs; performance.now() < deadline && engine.exitCode === null; await sleep(100))
    if (await answers(socket)) return { address: `unix://${socket}`, stop };
  await stop();
  throw new Error(`A second dockerd did not start; its last words are in ${log}`);
}

export function isEngineThere(): Promise<boolean> {
  return answers(socketPath);
}

function answers(socket: string): Promise<boolean> {
  return new Docker({ socketPath: socket }).ping().then(
    () => true,
    () => false,
  );
}
