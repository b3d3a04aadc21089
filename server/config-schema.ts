import net from "node:net";
import os from "node:os";
import { z } from "zod";

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

/** The settings by their names. Every one is documented in `.env.example`. */
export const environmentSchema = z.object({
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
