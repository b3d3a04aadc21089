import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import type { BuildLimits } from "#server/ports/environments.ts";

/**
 * The only reader of process.env. Every setting is documented in `.env.example`; a bad value stops the boot
 * with a sentence naming the variable. Children of the supervisor get the same variables and read them here too.
 */
const flag = (fallback: boolean) =>
  z
    .enum(["on", "off", "true", "false", "1", "0", "yes", "no"])
    .optional()
    .transform((word) => (word === undefined ? fallback : ["on", "true", "1", "yes"].includes(word)));
const whole = (fallback: number, min: number, max: number) => z.coerce.number().int().min(min).max(max).default(fallback);
const megabytes = (fallback: number) => whole(fallback, 1, 1_000_000).transform((mb) => mb * 1024 * 1024);

function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  if (more.length > 0 || net.isIP(address) === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (net.isIPv4(address) ? 32 : 128));
}

const environmentSchema = z.object({
  SHEAF_DATA: z.string().min(1).optional(),
  SHEAF_CACHE: z.string().min(1).optional(),
  SHEAF_PORT: whole(3000, 0, 65_535),
  /** The address people type; session hosts will be made below it. */
  SHEAF_URL: z.url({ protocol: /^https?$/ }).optional(),
  SHEAF_LISTEN: z.string().default("127.0.0.1"),
  SHEAF_INTERNAL_LISTEN: z
    .string()
    .regex(/^(unix:\/[\w./-]+|[\w.-]+:\d{1,5})$/, "host:port or unix:/path/to/socket")
    .optional(),
  SHEAF_DEMO: flag(true),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  SHEAF_SECRET: z.string().min(32).optional(),
  /** Read by `readSecretFiles`. */
  SHEAF_SECRET_FILE: z.string().optional(),
  DATABASE_URL_FILE: z.string().optional(),
  SHEAF_REGISTRY_PASSWORD_FILE: z.string().optional(),
  SHEAF_ADMIN_USER: z.string().optional(),
  SHEAF_ADMIN_PASSWORD: z.string().min(10).optional(),
  SHEAF_REGISTRATION: z.enum(["open", "closed"]).default("open"),
  SHEAF_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
  SHEAF_TRUSTED_PROXIES: whole(0, 0, 8),
  SHEAF_KERNELS: z.enum(["process", "docker", "swarm"]).default("process"),
  SHEAF_DOCKER_HOST: z
    .string()
    .regex(/^(unix:\/\/\/.+|tcp:\/\/[^/]+)$/, "unix:///path/to/socket or tcp://host:port")
    .optional(),
  SHEAF_DOCKER_RUNTIME: z.string().min(1).optional(),
  /** Who keeps containers' bridges from this machine's own services. */
  SHEAF_BRIDGE_GUARD: z.enum(["apply", "operator"]).default("apply"),
  SHEAF_IMAGES: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._:/-]*[a-z0-9]$/, "a prefix such as registry.example.org/sheaf")
    .default("sheaf"),
  SHEAF_REGISTRY: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d{1,5})?(\/[a-z0-9._-]+)*$/, "host, host:port or host/folder, without https://")
    .optional(),
  SHEAF_REGISTRY_USER: z.string().optional(),
  SHEAF_REGISTRY_PASSWORD: z.string().optional(),
  SHEAF_NODE_FOLDER: z.string().regex(/^\//, "a path from /").optional(),
  SHEAF_NODE_NETWORK: z
    .string()
    .refine((text) => isNetwork(text), "an address, or a network such as 10.91.0.0/24")
    .optional(),
  SHEAF_DATA_VOLUME_TYPE: z.string().min(1).optional(),
  SHEAF_DATA_VOLUME_OPTIONS: z.string().min(1).optional(),
  SHEAF_DATA_VOLUME_DEVICE: z.string().min(1).optional(),
  SHEAF_SILENT_SECONDS: whole(12, 6, 600),
  SHEAF_BUILDS_AT_ONCE: whole(1, 0, 64),
  SHEAF_BUILDS_PER_PERSON: whole(3, 1, 1000),
  SHEAF_BUILD_SECONDS: whole(1800, 1, 86_400),
  SHEAF_BUILD_MEMORY_MB: megabytes(4096),
  SHEAF_BUILD_DISK_MB: megabytes(10_240),
  SHEAF_BUILD_KEEP_DAYS: whole(30, 1, 3650),
  SHEAF_BUILD_NETWORK: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "none, host or the name of a network of the container engine")
    .default("sheaf-builds"),
  SHEAF_PIP_INDEX: z.url({ protocol: /^https?$/ }).optional(),
  SHEAF_CRAN: z.url({ protocol: /^https?$/ }).optional(),
  /** With {day} where the day stands. */
  SHEAF_CRAN_DAYS: z
    .string()
    .regex(/^https?:\/\/[!-~]*\{day\}[!-~]*$/, "an address with {day} in it")
    .optional(),
  SHEAF_CONDA_CHANNELS: z.url({ protocol: /^https?$/ }).optional(),
  SHEAF_MICROMAMBA: z.string().min(1).default("mambaorg/micromamba:2"),
  SHEAF_REPO2DOCKER: z.string().min(1).optional(),
  SHEAF_RUNTIME: z.enum(["auto", "rootfs", "host"]).default("auto"),
  SHEAF_DEBIAN_MIRROR: z.url({ protocol: /^https?$/ }).optional(),
  SHEAF_ENGINE_ID: z.string().default("engine"),
  SHEAF_POOL_SIZE: whole(2, 0, 64),
  SHEAF_POOL_WORKSHEETS: whole(3, 0, 64),
  SHEAF_CAPACITY: whole(Math.max(2, os.availableParallelism()), 1, 1024),
  SHEAF_VISITOR_RUNS: flag(true),
  SHEAF_VISITOR_SECONDS: whole(120, 1, 86_400),
  SHEAF_VISITOR_MEMORY_MB: megabytes(2048),
  SHEAF_VISITOR_KEEP_DAYS: whole(7, 1, 365),
  SHEAF_VISITOR_UPLOAD_MB: megabytes(5),
  SHEAF_PERSON_SECONDS: whole(1800, 1, 86_400),
  SHEAF_PERSON_MEMORY_MB: megabytes(4096),
  SHEAF_PERSON_UPLOAD_MB: megabytes(50),
  SHEAF_RUN_OUTPUT_MB: megabytes(20),
  SHEAF_RUN_DISK_MB: megabytes(1024),
  SHEAF_RUN_PROCESSES: whole(128, 8, 4096),
  SHEAF_HOME_MB: megabytes(5120),
  SHEAF_SIGN_UP_LEVEL: z.enum(["reader", "author"]).default("author"),
  SHEAF_FILE_MB: megabytes(100),
  SHEAF_IMPORT_MB: megabytes(2048),
  SHEAF_IMPORT_SECONDS: whole(900, 1, 86_400),
  /** Addresses of private networks that may be imported from all the same: "host" or "host:port", comma-separated. */
  SHEAF_IMPORT_ALLOW: z.string().default(""),
  SHEAF_TRASH_DAYS: whole(14, 1, 365),
  SHEAF_LAB_MEMORY_MB: megabytes(4096),
  SHEAF_LAB_IDLE_MINUTES: whole(60, 1, 100_000),
  SHEAF_LAB_COUNTDOWN_MINUTES: whole(10, 0, 1000),
  SHEAF_LAB_PROCESSES: whole(512, 32, 16_384),
  SHEAF_LABS_PER_PERSON: whole(5, 1, 1000),
  SHEAF_LAB_NETWORK: z.enum(["none", "person"]).default("none"),
  SHEAF_LAB_POOL: whole(1, 0, 64),
  SHEAF_LAB_HOSTS: z.enum(["wildcard", "port"]).default("wildcard"),
  /** Where hosts cannot be told apart: the second port, for labs alone. 0: the port after SHEAF_PORT. */
  SHEAF_LAB_PORT: whole(0, 0, 65_535),
  /** Set by the supervisor for its children. */
  SHEAF_WEB_PORT: whole(0, 0, 65_535),
  /** Where the web process is another machine's or container's. */
  SHEAF_WEB_HOST: z
    .string()
    .regex(/^[\w.-]+$/)
    .default("127.0.0.1"),
  SHEAF_DEVELOPMENT: flag(false),
  /** For `user create` alone. */
  SHEAF_NEW_PASSWORD: z.string().optional(),
});

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

export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = environmentSchema.safeParse(readSecretFiles(isSet(environment)));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  const e = parsed.data;
  if ((e.SHEAF_ADMIN_USER === undefined) !== (e.SHEAF_ADMIN_PASSWORD === undefined))
    throw new ConfigError("SHEAF_ADMIN_USER and SHEAF_ADMIN_PASSWORD: set both or neither.");
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

/** For building pages: they must not reach a database meanwhile, nor carry a setting of this machine. */
export function buildEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("SHEAF_") && entry[0] !== "DATABASE_URL",
  );
  return { ...Object.fromEntries(kept), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
}

/**
 * What the supervisor's children find in their environment: the same settings, resolved. The first administrator's
 * password stays here; it is for the one step that makes the account.
 */
export function childEnvironment(
  config: Config,
  given: { databaseUrl: string; secret: string; webPort: number },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("SHEAF_ADMIN_") && entry[0] !== "NODE_OPTIONS",
  );
  return {
    ...Object.fromEntries(inherited),
    SHEAF_DATA: config.dataFolder,
    SHEAF_CACHE: config.cacheFolder,
    SHEAF_PORT: String(config.port),
    SHEAF_URL: config.publicUrl,
    SHEAF_WEB_PORT: String(given.webPort),
    SHEAF_DEVELOPMENT: config.development ? "on" : "off",
    SHEAF_SECRET: given.secret,
    DATABASE_URL: given.databaseUrl,
    // next-auth reads this one itself.
    NEXTAUTH_URL: config.publicUrl,
    NODE_ENV: config.development ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

/** Who the first administrator shall be, for the step that makes the account. */
export function administratorEnvironment(config: Config): Record<string, string> {
  return config.admin ? { SHEAF_ADMIN_USER: config.admin.user, SHEAF_ADMIN_PASSWORD: config.admin.password } : {};
}
