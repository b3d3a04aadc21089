import { randomInt } from "node:crypto";
import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { digestOf } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { environmentGone, type MadeEnvironment } from "#server/ports/environments.ts";
import type { Kernel, KernelsPort } from "#server/ports/kernels.ts";
import { findEnvironment } from "./environment-folder.ts";
import { describeProtections, examineFacilities, type Facilities, isSafeForVisitors } from "./facilities.ts";
import { findHostRuntime } from "./host-runtime.ts";
import type { LiveKernel } from "./kernel-process.ts";
import { copyProgram } from "./lab-folders.ts";
import { createLabs, type Labs } from "./labs.ts";
import { ensureRuntime } from "./runtime.ts";
import { planFolders, removeFolders } from "./session-folders.ts";
import { startKernel } from "./start-kernel.ts";
import { startWatching } from "./watch.ts";

export type ProcessKernelsOptions = Pick<Config, "dataFolder" | "cacheFolder" | "runtimeFolder"> & {
  readonly kernels: Pick<Config["kernels"], "runtime" | "engineId">;
};

const watchIntervalMs = 1000;
const startTimeoutMs = 60_000;
/** Above what distributions give to people and to containers. */
const uidRange = { first: 600_000, end: 660_000 } as const;

/** Kernels as sandboxed processes of this machine. Makes the runtime when it is not there yet (minutes, once). */
export async function createProcessKernels(options: ProcessKernelsOptions, log: Logger): Promise<KernelsPort> {
  const found = await ensureRuntime(options, { onPhase: (phase) => log.info({ phase }, "preparing the runtime") });
  if (!found.ok) return withoutRuntime(found.failure.message, log);
  const engine = options.kernels.engineId.replace(/[^A-Za-z0-9_-]/g, "_");
  const sessionsFolder = path.join(options.dataFolder, "kernels", engine);
  const socketsFolder = path.join(options.runtimeFolder, engine);
  await mkdir(sessionsFolder, { recursive: true, mode: 0o700 });
  await mkdir(socketsFolder, { recursive: true, mode: 0o711 });
  const facilities = await examineFacilities(digestOf(`${options.dataFolder}\n${engine}`).slice(7, 19), found.value);
  // Without a sandbox a root folder cannot be entered: only the host's own packages are left.
  const runtime = facilities.sandbox.works || found.value.root === null ? found.value : await findHostRuntime(options.cacheFolder);
  if (!runtime) return withoutRuntime(facilities.sandbox.works ? "" : facilities.sandbox.why, log);
  if (!facilities.sandbox.works) await chmod(socketsFolder, 0o711);
  const protections = describeProtections(facilities);
  const environmentOf = (environment: MadeEnvironment): string | null => findEnvironment(options.dataFolder, environment);
  const programFolder = once(() => copyProgram(sessionsFolder));
  const labs = await createLabs({ runtime, facilities, sessionsFolder, socketsFolder, programFolder, environmentOf }, log);
  const live = new Map<string, LiveKernel>();
  const uids = new Set<number>();
  const watch = startWatching(() => [...live.values()].map((each) => each.watched), watchIntervalMs);
  let closed = false;

  const takeUid = (): number | null => {
    if (!facilities.isRoot) return null;
    let uid = randomInt(uidRange.first, uidRange.end);
    while (uids.has(uid)) uid = randomInt(uidRange.first, uidRange.end);
    uids.add(uid);
    return uid;
  };

  return {
    name: "process",
    describe: async () => ({
      protections,
      safeForVisitors: isSafeForVisitors(protections),
      environment: { name: runtime.name, digest: runtime.digest },
      languages: runtime.languages,
      labs: labs.describe(),
    }),
    async start(request) {
      if (closed) return fail("unavailable", "The server is stopping.");
      if (!/^[a-z0-9_]{1,64}$/.test(request.sessionId) || live.has(request.sessionId)) return fail("invalid", "A kernel needs a name of its own.");
      if (!runtime.languages.includes(request.language)) return fail("unavailable", `No kernel for ${request.language} is installed.`);
      const environmentFolder = request.environment ? environmentOf(request.environment) : null;
      // Outside of a sandbox there is no place to show it at.
      if (request.environment && (environmentFolder === null || !facilities.sandbox.works)) return environmentGone;
      const uid = takeUid();
      const folders = planFolders(sessionsFolder, socketsFolder, request.sessionId);
      try {
        const started = await startKernel({ request, runtime, facilities, folders, uid, timeoutMs: startTimeoutMs, environmentFolder }, log);
        live.set(request.sessionId, started);
        return ok(
          forgetWhenKilled(started.kernel, () => {
            live.delete(request.sessionId);
            if (uid !== null) uids.delete(uid);
          }),
        );
      } catch {
        if (uid !== null) uids.delete(uid);
        return fail("unavailable", "A kernel could not be started.");
      }
    },
    startLab: labs.start,
    keepLabsWarm: labs.keepWarm,
    sweep: () => sweep({ facilities, sessionsFolder, socketsFolder, live, labs }),
    async close() {
      closed = true;
      watch.stop();
      await Promise.all([labs.close(), ...[...live.values()].map((each) => each.kernel.kill())]);
      await facilities.groups?.close();
    },
  };
}

/** What is made at the first need: whoever only asks what this machine can do changes nothing. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

function forgetWhenKilled(kernel: Kernel, forget: () => void): Kernel {
  return { ...kernel, kill: () => kernel.kill().finally(forget) };
}

/** The server goes on without kernels: pages and published results need none. */
function withoutRuntime(why: string, log: Logger): KernelsPort {
  log.error({ why }, "no kernels on this machine");
  return {
    name: "process",
    describe: async () => ({
      protections: [],
      safeForVisitors: false,
      environment: { name: "none", digest: "" },
      languages: [],
      labs: { works: false, how: why, warm: false, waiting: 0 },
    }),
    start: async () => fail("unavailable", why),
    startLab: async () => fail("unavailable", why),
    keepLabsWarm: async () => undefined,
    sweep: async () => 0,
    close: async () => undefined,
  };
}

type Leftovers = {
  readonly facilities: Facilities;
  readonly sessionsFolder: string;
  readonly socketsFolder: string;
  readonly live: ReadonlyMap<string, LiveKernel>;
  readonly labs: Pick<Labs, "living">;
};

async function sweep({ facilities, sessionsFolder, socketsFolder, live, labs }: Leftovers): Promise<number> {
  const ours = labs.living();
  const names = new Set([...live.keys(), ...ours.map((lab) => lab.name)]);
  await facilities.groups?.sweep(names);
  const sockets = new Set([
    ...[...live.keys()].map((sessionId) => planFolders(sessionsFolder, socketsFolder, sessionId).sockets),
    ...ours.flatMap((lab) => [lab.folders.sockets, lab.folders.socket]),
  ]);
  const leftSockets = (await readdir(socketsFolder)).map((name) => path.join(socketsFolder, name)).filter((folder) => !sockets.has(folder));
  await killUsersOf(leftSockets);
  const leftSessions = (await readdir(sessionsFolder)).filter((name) => !names.has(name));
  await removeFolders([...leftSockets, ...leftSessions.map((name) => path.join(sessionsFolder, name))]);
  return Math.max(leftSockets.length, leftSessions.length);
}

/** Every sandbox names its socket folder on its command line. */
async function killUsersOf(socketFolders: readonly string[]): Promise<void> {
  if (socketFolders.length === 0) return;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const commandLine = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    const words = commandLine.split("\0");
    if (!socketFolders.some((folder) => words.some((word) => word === folder || word.startsWith(`${folder}/`)))) continue;
    try {
      process.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
