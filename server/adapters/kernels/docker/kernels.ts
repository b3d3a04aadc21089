import { randomInt } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type Docker from "dockerode";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { digestOf } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { environmentGone, type MadeEnvironment } from "#server/ports/environments.ts";
import type { Kernel, KernelsDescription, KernelsPort, StartKernel } from "#server/ports/kernels.ts";
import { copyProgram } from "../process/lab-folders.ts";
import { planFolders, removeFolders } from "../process/session-folders.ts";
import { startWatching } from "../process/watch.ts";
import { type Containers, openContainers } from "./containers.ts";
import { placeMount } from "./data-volume.ts";
import { explainProblem, isAbsent, openEngine } from "./engine.ts";
import type { Ground } from "./ground.ts";
import { findOrFetchImage, imageNames } from "./images.ts";
import { createLabs, type Labs } from "./labs.ts";
import { createPersonNetworks } from "./person-networks.ts";
import { environmentReference, fetchImage } from "./registry.ts";
import { seccompProfile } from "./seccomp-profile.ts";
import { EngineLost, type LiveKernel, startKernel } from "./start-kernel.ts";
import { describeProtections, isSafeForVisitors, tryContainer } from "./trial.ts";

export type DockerKernelsOptions = Pick<Config, "dataFolder" | "nodeFolder" | "runtimeFolder" | "docker"> & {
  readonly kernels: Pick<Config["kernels"], "engineId">;
  readonly labs: Pick<Config["labs"], "network">;
};

const watchIntervalMs = 1000;
/** How long a start waits for an engine that is not there yet, as after a boot of the machine. */
const firstPatienceMs = 10_000;
/** As in the process adapter: above what distributions give to people and to containers. */
const uidRange = { first: 600_000, end: 660_000 } as const;

type Failed = ReturnType<typeof fail>;

/** What can be done once the engine, its images and a container on trial were seen. */
type Prepared = { readonly ground: Ground; readonly labs: Labs; readonly description: Omit<KernelsDescription, "labs"> };

/** Kernels and labs as containers. Without an engine or an image it says why, and tries again whenever it is asked. */
export async function createDockerKernels(options: DockerKernelsOptions, log: Logger): Promise<KernelsPort> {
  const { address } = options.docker;
  const engine = openEngine(address);
  const engineName = options.kernels.engineId.replace(/[^A-Za-z0-9_-]/g, "_");
  const scope = digestOf(`${options.nodeFolder}\n${engineName}`).slice(7, 19);
  const sessionsFolder = path.join(options.nodeFolder, "kernels", engineName);
  const socketsFolder = path.join(options.runtimeFolder, engineName);
  await mkdir(sessionsFolder, { recursive: true, mode: 0o700 });
  await mkdir(socketsFolder, { recursive: true, mode: 0o711 });
  const containers = openContainers(engine, scope, log);
  const live = new Map<string, LiveKernel>();
  const uids = new Set<number>();
  const watch = startWatching(() => [...live.values()].map((each) => each.watched), watchIntervalMs);
  let closed = false;
  let prepared: Prepared | null = null;
  let preparing: Promise<Result<Prepared>> | null = null;

  const prepare = (patienceMs: number): Promise<Result<Prepared>> => {
    if (prepared) return Promise.resolve(ok(prepared));
    preparing ??= prepareGround({ options, engine, containers, scope, sessionsFolder, socketsFolder }, patienceMs, log).then((result) => {
      if (result.ok) prepared = result.value;
      preparing = null;
      return result;
    });
    return preparing;
  };
  const takeUid = (isRoot: boolean): number | null => {
    if (!isRoot) return null;
    let uid = randomInt(uidRange.first, uidRange.end);
    while (uids.has(uid)) uid = randomInt(uidRange.first, uidRange.end);
    uids.add(uid);
    return uid;
  };
  const start = async ({ ground }: Pick<Prepared, "ground">, request: StartKernel, attempts = 3): Promise<Result<Kernel>> => {
    const uid = takeUid(ground.isRoot);
    const forget = (): void => {
      live.delete(request.sessionId);
      if (uid !== null) uids.delete(uid);
    };
    try {
      const started = await startKernel(ground, request, uid, log);
      live.set(request.sessionId, started);
      const { kernel } = started;
      return ok({ ...kernel, kill: () => kernel.kill().finally(forget) });
    } catch (error) {
      forget();
      if (error instanceof EngineLost && attempts > 1 && !closed) return start({ ground }, request, attempts - 1);
      log.warn({ why: explainProblem(error, address) }, "a kernel could not be started");
      return fail("unavailable", "A kernel could not be started.");
    }
  };

  await prepare(firstPatienceMs).then((result) => {
    if (!result.ok) log.error({ why: result.failure.message }, "no kernels on this machine");
  });

  return {
    name: "docker",
    async describe() {
      const result = await prepare(0);
      if (!result.ok) return withoutEngine(result.failure.message);
      const labs = containers.watch.isThere() ? result.value.labs.describe() : { ...result.value.labs.describe(), works: false, how: awayNow(address) };
      return { ...result.value.description, labs };
    },
    async start(request) {
      if (closed) return fail("unavailable", "The server is stopping.");
      if (!/^[a-z0-9_]{1,64}$/.test(request.sessionId) || live.has(request.sessionId)) return fail("invalid", "A kernel needs a name of its own.");
      const result = await prepare(firstPatienceMs);
      const lacking = result.ok && request.environment ? await fetchLacking(engine, options.docker, request.environment, log) : null;
      if (lacking) return lacking;
      return result.ok ? start(result.value, request) : result;
    },
    async startLab(request) {
      const result = await prepare(firstPatienceMs);
      const lacking = result.ok && request.environment ? await fetchLacking(engine, options.docker, request.environment, log) : null;
      if (lacking) return lacking;
      return result.ok ? result.value.labs.start(request) : result;
    },
    keepLabsWarm: async () => undefined,
    async sweep() {
      const swept = await containers.sweep().catch((error: unknown) => {
        log.warn({ why: explainProblem(error, address) }, "what a former life left behind could not be looked for yet");
        return 0;
      });
      await prepared?.ground.networks?.sweep().catch((error: unknown) => log.debug({ err: error }, "networks of a former life could not be looked for"));
      return Math.max(swept, await sweepFolders({ sessionsFolder, socketsFolder, live, labs: prepared?.labs.living() ?? [] }));
    },
    async close() {
      closed = true;
      watch.stop();
      const endings = [...live.values()].map((each) => each.kernel.kill());
      await Promise.all([prepared?.labs.close(), ...endings]).catch((error: unknown) => log.warn({ err: error }, "not every container was removed"));
      containers.close();
    },
  };
}

type Place = {
  readonly options: DockerKernelsOptions;
  readonly engine: Docker;
  readonly containers: Containers;
  readonly scope: string;
  readonly sessionsFolder: string;
  readonly socketsFolder: string;
};

async function prepareGround({ options, engine, containers, scope, sessionsFolder, socketsFolder }: Place, patienceMs: number, log: Logger) {
  const { address, runtime, images } = options.docker;
  const architecture = process.arch;
  if (architecture !== "x64" && architecture !== "arm64") return fail("unavailable", `There is no system call filter for ${architecture}.`);
  try {
    await containers.watch.untilThere(patienceMs);
    const names = imageNames(images);
    const [kernel, lab] = await Promise.all([findOrFetchImage(engine, options.docker, names.kernel), findOrFetchImage(engine, options.docker, names.lab)]);
    if (!kernel.ok) return kernel;
    const isRoot = process.getuid?.() === 0;
    const ground: Ground = {
      containers,
      images: { kernel: kernel.value, lab: lab.ok ? lab.value : null },
      networks: options.labs.network === "person" ? createPersonNetworks(engine, scope, options.docker, log) : null,
      common: { scope, seccomp: seccompProfile(architecture), runtime },
      isRoot,
      ownUid: process.getuid?.() ?? 0,
      ownGid: process.getgid?.() ?? 0,
      sessionsFolder,
      socketsFolder,
      place: (mount) => placeMount(mount, options.dataFolder, options.docker.dataVolume),
      programFolder: once(() => copyProgram(sessionsFolder)),
    };
    const found = await tryContainer(engine, ground);
    if (!found.seesFolders)
      return fail(
        "unavailable",
        `The container engine at ${address} does not see ${options.nodeFolder}: it must run on this machine, or have the folder at the same place.`,
      );
    const protections = describeProtections(found, { isRoot, runtime });
    const environment = { name: kernel.value.name, digest: kernel.value.id };
    const languages = ["python", "r"] as const;
    const description = { protections, safeForVisitors: isSafeForVisitors(protections), environment, languages };
    return ok({ ground, labs: createLabs(ground, lab.ok ? null : lab.failure.message, log), description });
  } catch (error) {
    return fail("unavailable", explainProblem(error, address));
  }
}

function awayNow(address: string): string {
  return `The container engine at ${address} does not answer at the moment. What runs goes on where it can; it is asked again all the time.`;
}

/** Null where it is there by now; an engine that is away has not lost it. */
async function fetchLacking(engine: Docker, docker: Config["docker"], { digest }: MadeEnvironment, log: Logger): Promise<Failed | null> {
  const isHere = await engine
    .getImage(digest)
    .inspect()
    .then(
      () => true,
      (error: unknown) => !isAbsent(error),
    );
  if (isHere) return null;
  const fetched = await fetchImage(engine, docker, environmentReference(docker, digest), digest);
  if (fetched.ok) return null;
  if (fetched.failure.code === "not_found") return environmentGone;
  log.error({ why: fetched.failure.message }, "an environment could not be fetched");
  return fail("unavailable", "The environment of this worksheet could not be fetched from where environments are kept. Please tell the operator.");
}

/** The server goes on without kernels: pages and published results need none. */
function withoutEngine(why: string): KernelsDescription {
  return {
    protections: [],
    safeForVisitors: false,
    environment: { name: "none", digest: "" },
    languages: [],
    labs: { works: false, how: why, warm: false, waiting: 0 },
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

type Folders = {
  readonly sessionsFolder: string;
  readonly socketsFolder: string;
  readonly live: ReadonlyMap<string, unknown>;
  readonly labs: readonly string[];
};

/** When the containers are gone, nobody writes to these any more. */
async function sweepFolders({ sessionsFolder, socketsFolder, live, labs }: Folders): Promise<number> {
  const names = new Set([...live.keys(), ...labs]);
  const sockets = new Set([...names].map((name) => path.basename(planFolders(sessionsFolder, socketsFolder, name).sockets)));
  const leftSockets = (await readdir(socketsFolder)).filter((name) => !sockets.has(name.replace(/\.lab$/, "")));
  const leftSessions = (await readdir(sessionsFolder)).filter((name) => !names.has(name));
  await removeFolders([...leftSockets.map((name) => path.join(socketsFolder, name)), ...leftSessions.map((name) => path.join(sessionsFolder, name))]);
  return Math.max(leftSockets.length, leftSessions.length);
}
