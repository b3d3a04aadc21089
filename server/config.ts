import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { BuildLimits } from "#server/ports/environments.ts";
import { environmentSchema } from "./config-schema.ts";

export type Registry = { readonly address: string; readonly user: string | null; readonly password: string | null };
/** As in a volume's `driver_opts`; `device` is the data folder, and folders of it stand below. */
export type VolumeDriver = { readonly type: string; readonly options: string; readonly device: string };

export type RunLimits = { readonly seconds: number; readonly memoryBytes: number; readonly uploadBytes: number };

export type Config = {
  readonly dataFolder: string;
  /** Runtimes and binaries that several data folders share. */
  readonly cacheFolder: string;
  /** Where kernels and labs of this machine work; the data folder, where it is not on a network. */
  readonly nodeFolder: string;
  /** Short path for sockets, which may not be longer than 107 bytes; made afresh at every start. */
  readonly runtimeFolder: string;
  readonly port: number;
  readonly listen: string;
  /** Where the gateway answers the other servers of the house ("host:port" or "unix:/path"); null: it does not. */
  readonly internalListen: string | null;
  /** Origin without a trailing slash. */
  readonly publicUrl: string;
  readonly webPort: number;
  readonly webHost: string;
  /** Pages are compiled as they are asked for, and follow the source. */
  readonly development: boolean;
  readonly demo: boolean;
  /** Null: the supervisor starts an embedded PostgreSQL in the data folder. */
  readonly databaseUrl: string | null;
  readonly secret: string | null;
  readonly admin: { readonly user: string; readonly password: string } | null;
  readonly newPassword: string | null;
  readonly registration: "open" | "closed";
  readonly logLevel: string;
  /** How many reverse proxies stand in front and append to X-Forwarded-For. */
  readonly trustedProxies: number;
  readonly kernels: {
    readonly adapter: "process" | "docker" | "swarm";
    readonly runtime: "auto" | "rootfs" | "host";
    /** Archive that the rootfs is made from; null: the machine's own, or deb.debian.org. */
    readonly debianMirror: string | null;
    readonly engineId: string;
    /** Warm kernels per language, and worksheets whose imports are preloaded. */
    readonly poolSize: number;
    readonly poolWorksheets: number;
    /** Runs at the same time. */
    readonly capacity: number;
    readonly outputBytes: number;
    readonly diskBytes: number;
    readonly processes: number;
  };
  readonly docker: {
    /** "unix:///path" or "tcp://host:port". */
    readonly address: string;
    /** Another runtime than the engine's usual one; null: that one. */
    readonly runtime: string | null;
    /** What stands before the names of our images, with the registry. */
    readonly images: string;
    /** Whether the engine closes bridges towards this machine, or the operator did. */
    readonly guard: "apply" | "operator";
    /** Where images go when they are made, and come from where they are missing; null: each engine has its own. */
    readonly registry: Registry | null;
    /** How a container engine mounts the data folder by itself; null: it sees it at the same path. */
    readonly dataVolume: VolumeDriver | null;
  };
  /** After so long without a word an engine is taken for dead. */
  readonly silentMs: number;
  readonly builds: {
    /** 0: none are made here. */
    readonly atOnce: number;
    /** Waiting or being made at the same time for the projects of one person. */
    readonly perPerson: number;
    readonly limits: BuildLimits;
    /** How long an environment is kept that nothing uses. */
    readonly keepDays: number;
    /** "none", "host", or the name of one of the container engine's networks. */
    readonly network: string;
    /** Archives of packages; null: the usual ones. */
    readonly pipIndex: string | null;
    readonly cran: string | null;
    readonly cranDays: string | null;
    readonly condaChannels: string | null;
    /** Images: where micromamba is taken from, and repo2docker, if it shall build. */
    readonly micromamba: string;
    readonly repo2docker: string | null;
  };
  readonly labs: {
    readonly memoryBytes: number;
    readonly cpus: number;
    readonly processes: number;
    readonly idleMinutes: number;
    /** Shown this long before an idle lab is stopped. */
    readonly countdownMinutes: number;
    readonly perPerson: number;
    readonly poolSize: number;
    /** "person": containers of one person's labs share a network, which leads outside and nowhere else. */
    readonly network: "none" | "person";
    /** "wildcard": each lab has a host of its own below the public one. "port": all share a second port. */
    readonly hosts: "wildcard" | "port";
    readonly port: number;
    /** An address of this machine, or a network that it has one in, on which labs are reached from other machines. */
    readonly nodeNetwork: string | null;
  };
  readonly projects: {
    /** One file of a version; larger ones stay in the home. */
    readonly fileBytes: number;
    readonly importBytes: number;
    readonly importSeconds: number;
    readonly importAllow: readonly string[];
    readonly trashDays: number;
  };
  readonly signUpLevel: "reader" | "author";
  readonly visitor: RunLimits & { readonly mayRun: boolean; readonly keepDays: number };
  readonly person: RunLimits & { readonly homeBytes: number };
};

/** Thrown at boot only; `message` lists every bad setting, one a line. */
export class ConfigError extends Error {}

/**
 * The settings of this process, read nowhere else. Every setting is documented in `.env.example`; a bad value stops the boot
 * with a sentence naming the variable. Children of the supervisor get the same variables and read them here too.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = environmentSchema.safeParse(readSecretFiles(isSet(environment)));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  const e = parsed.data;
  if ((e.SHEAF_ADMIN_USER === undefined) !== (e.SHEAF_ADMIN_PASSWORD === undefined))
    throw new ConfigError("SHEAF_ADMIN_USER and SHEAF_ADMIN_PASSWORD: set both or neither.");
  if (e.SHEAF_REPO2DOCKER && e.SHEAF_BRIDGE_GUARD !== "operator")
    throw new ConfigError(
      "SHEAF_REPO2DOCKER: repo2docker builds on the container engine's usual bridge, with a network and without limits of its own. Close that bridge towards this machine, and say so with SHEAF_BRIDGE_GUARD=operator.",
    );
  const volume = [e.SHEAF_DATA_VOLUME_TYPE, e.SHEAF_DATA_VOLUME_OPTIONS, e.SHEAF_DATA_VOLUME_DEVICE] as const;
  const [type, options, device] = volume;
  const dataVolume = type && options && device ? { type, options, device: device.replace(/\/+$/, "") } : null;
  if (dataVolume === null && volume.some((word) => word !== undefined))
    throw new ConfigError("SHEAF_DATA_VOLUME_TYPE, SHEAF_DATA_VOLUME_OPTIONS and SHEAF_DATA_VOLUME_DEVICE: set all three or none.");
  const dataFolder = path.resolve(/* turbopackIgnore: true */ e.SHEAF_DATA ?? path.join(import.meta.dirname, "../data"));
  const isRoot = process.getuid?.() === 0;
  return {
    dataFolder,
    cacheFolder: path.resolve(e.SHEAF_CACHE ?? (isRoot ? "/var/cache/sheaf" : path.join(os.homedir(), ".cache/sheaf"))),
    nodeFolder: path.resolve(/* turbopackIgnore: true */ e.SHEAF_NODE_FOLDER ?? dataFolder),
    runtimeFolder: path.join(
      isRoot ? "/run/sheaf" : `/tmp/sheaf-${process.getuid?.() ?? 0}`,
      createHash("sha256").update(dataFolder).digest("hex").slice(0, 10),
    ),
    port: e.SHEAF_PORT,
    listen: e.SHEAF_LISTEN,
    internalListen: e.SHEAF_INTERNAL_LISTEN ?? null,
    publicUrl: (e.SHEAF_URL ?? `http://sheaf.localhost:${e.SHEAF_PORT}`).replace(/\/+$/, ""),
    webPort: e.SHEAF_WEB_PORT,
    webHost: e.SHEAF_WEB_HOST,
    development: e.SHEAF_DEVELOPMENT,
    demo: e.SHEAF_DEMO,
    databaseUrl: e.DATABASE_URL ?? null,
    secret: e.SHEAF_SECRET ?? null,
    newPassword: e.SHEAF_NEW_PASSWORD ?? null,
    admin: e.SHEAF_ADMIN_USER && e.SHEAF_ADMIN_PASSWORD ? { user: e.SHEAF_ADMIN_USER, password: e.SHEAF_ADMIN_PASSWORD } : null,
    registration: e.SHEAF_REGISTRATION,
    logLevel: e.SHEAF_LOG_LEVEL,
    trustedProxies: e.SHEAF_TRUSTED_PROXIES,
    kernels: {
      adapter: e.SHEAF_KERNELS,
      runtime: e.SHEAF_RUNTIME,
      debianMirror: e.SHEAF_DEBIAN_MIRROR ?? null,
      engineId: e.SHEAF_ENGINE_ID,
      poolSize: e.SHEAF_POOL_SIZE,
      poolWorksheets: e.SHEAF_POOL_WORKSHEETS,
      capacity: e.SHEAF_CAPACITY,
      outputBytes: e.SHEAF_RUN_OUTPUT_MB,
      diskBytes: e.SHEAF_RUN_DISK_MB,
      processes: e.SHEAF_RUN_PROCESSES,
    },
    docker: {
      address: e.SHEAF_DOCKER_HOST ?? "unix:///var/run/docker.sock",
      runtime: e.SHEAF_DOCKER_RUNTIME ?? null,
      images: e.SHEAF_REGISTRY && !e.SHEAF_IMAGES.startsWith(`${e.SHEAF_REGISTRY}/`) ? `${e.SHEAF_REGISTRY}/${e.SHEAF_IMAGES}` : e.SHEAF_IMAGES,
      registry: e.SHEAF_REGISTRY ? { address: e.SHEAF_REGISTRY, user: e.SHEAF_REGISTRY_USER ?? null, password: e.SHEAF_REGISTRY_PASSWORD ?? null } : null,
      dataVolume,
      guard: e.SHEAF_BRIDGE_GUARD,
    },
    silentMs: e.SHEAF_SILENT_SECONDS * 1000,
    builds: {
      atOnce: e.SHEAF_BUILDS_AT_ONCE,
      perPerson: e.SHEAF_BUILDS_PER_PERSON,
      limits: {
        seconds: e.SHEAF_BUILD_SECONDS,
        memoryBytes: e.SHEAF_BUILD_MEMORY_MB,
        cpus: Math.max(1, os.availableParallelism() / 2),
        diskBytes: e.SHEAF_BUILD_DISK_MB,
      },
      keepDays: e.SHEAF_BUILD_KEEP_DAYS,
      network: e.SHEAF_BUILD_NETWORK,
      pipIndex: e.SHEAF_PIP_INDEX ?? null,
      cran: e.SHEAF_CRAN ?? null,
      cranDays: e.SHEAF_CRAN_DAYS ?? null,
      condaChannels: e.SHEAF_CONDA_CHANNELS ?? null,
      micromamba: e.SHEAF_MICROMAMBA,
      repo2docker: e.SHEAF_REPO2DOCKER ?? null,
    },
    labs: {
      memoryBytes: e.SHEAF_LAB_MEMORY_MB,
      cpus: Math.max(1, os.availableParallelism()),
      processes: e.SHEAF_LAB_PROCESSES,
      idleMinutes: e.SHEAF_LAB_IDLE_MINUTES,
      countdownMinutes: Math.min(e.SHEAF_LAB_COUNTDOWN_MINUTES, e.SHEAF_LAB_IDLE_MINUTES),
      perPerson: e.SHEAF_LABS_PER_PERSON,
      poolSize: e.SHEAF_LAB_POOL,
      network: e.SHEAF_LAB_NETWORK,
      hosts: e.SHEAF_LAB_HOSTS,
      port: e.SHEAF_LAB_PORT || e.SHEAF_PORT + 1,
      nodeNetwork: e.SHEAF_NODE_NETWORK ?? null,
    },
    projects: {
      fileBytes: e.SHEAF_FILE_MB,
      importBytes: e.SHEAF_IMPORT_MB,
      importSeconds: e.SHEAF_IMPORT_SECONDS,
      importAllow: e.SHEAF_IMPORT_ALLOW.split(",")
        .map((host) => host.trim())
        .filter((host) => host !== ""),
      trashDays: e.SHEAF_TRASH_DAYS,
    },
    signUpLevel: e.SHEAF_SIGN_UP_LEVEL,
    visitor: {
      mayRun: e.SHEAF_VISITOR_RUNS,
      seconds: e.SHEAF_VISITOR_SECONDS,
      memoryBytes: e.SHEAF_VISITOR_MEMORY_MB,
      uploadBytes: e.SHEAF_VISITOR_UPLOAD_MB,
      keepDays: e.SHEAF_VISITOR_KEEP_DAYS,
    },
    person: { seconds: e.SHEAF_PERSON_SECONDS, memoryBytes: e.SHEAF_PERSON_MEMORY_MB, uploadBytes: e.SHEAF_PERSON_UPLOAD_MB, homeBytes: e.SHEAF_HOME_MB },
  };
}

/** An empty variable is an unset one: compose files write `NAME=` for "nothing". */
function isSet(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""));
}

/** Secrets that somebody lays into files: `NAME_FILE` is where `NAME` stands. */
function readSecretFiles(given: Record<string, string>): Record<string, string> {
  const read = ["SHEAF_SECRET", "DATABASE_URL", "SHEAF_REGISTRY_PASSWORD"].flatMap((name) => {
    const file = given[`${name}_FILE`];
    if (file === undefined || given[name] !== undefined) return [];
    try {
      return [[name, readFileSync(/* turbopackIgnore: true */ file, "utf8").trim()] as const];
    } catch (error) {
      throw new ConfigError(`${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
    }
  });
  return { ...given, ...isSet(Object.fromEntries(read)) };
}

/** The environment with some settings replaced, as a command line does. */
export function loadConfigWith(settings: Readonly<Record<string, string>>): Config {
  return loadConfig({ ...process.env, ...settings });
}
