import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Language } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { findHostRuntime } from "./host-runtime.ts";
import { canRun } from "./run-program.ts";
import { hostPackages, hostRuntimePackages, runtimePackages, runtimeSuite, unpackedPackages } from "./runtime-packages.ts";
import { kernelCommands, type Runtime } from "./runtime-shape.ts";

export { hostPackages, type Runtime };

export type RuntimeOptions = {
  /** Told in words for people, as the work goes on. */
  readonly onPhase?: (text: string) => void;
  readonly signal?: AbortSignal;
};

type RuntimeConfig = Pick<Config, "cacheFolder"> & { readonly kernels: Pick<Config["kernels"], "runtime"> & Partial<Pick<Config["kernels"], "debianMirror">> };

/** Where root keeps runtimes: an ordinary user may use one that root has made. */
const sharedCacheFolder = "/var/cache/sheaf";
const usualMirror = "http://deb.debian.org/debian";

/** Finds the runtime that the configuration asks for, or makes it (minutes, once). Safe to call from several processes at once. */
export async function ensureRuntime(config: RuntimeConfig, options: RuntimeOptions = {}): Promise<Result<Runtime>> {
  const mode = config.kernels.runtime;
  if (mode === "host") return hostRuntime(config.cacheFolder);
  const existing = await findRootfs([config.cacheFolder, sharedCacheFolder]);
  if (existing) return ok(existing);
  if (process.getuid?.() === 0 && (await canRun("mmdebstrap")) && (await canRun("flock"))) {
    const built = await buildRootfs(config, options);
    if (built.ok || mode === "rootfs") return built;
    options.onPhase?.(`${built.failure.message} The packages of this machine are used instead.`);
  } else if (mode === "rootfs") {
    return fail("unavailable", `A runtime can be made by root only, with mmdebstrap installed: apt-get install ${hostPackages.join(" ")}`);
  }
  return hostRuntime(config.cacheFolder);
}

/** Folder name of the runtime that today's package list describes. */
export function rootfsName(): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([runtimeSuite, runtimePackages, unpackedPackages]))
    .digest("hex");
  return `${runtimeSuite}-${hash.slice(0, 10)}`;
}

async function findRootfs(cacheFolders: readonly string[]): Promise<Runtime | null> {
  for (const cacheFolder of new Set(cacheFolders)) {
    const root = path.join(cacheFolder, "runtimes", rootfsName());
    const runtime = await readRootfs(root);
    if (runtime) return runtime;
  }
  return null;
}

/** Null where the folder is absent or not whole: the list of packages is written last. */
async function readRootfs(root: string): Promise<Runtime | null> {
  const packages = await readFile(path.join(root, "opt/sheaf/packages"), "utf8").catch(() => null);
  if (packages === null) return null;
  const fontFolder = path.join(root, "opt/sheaf/matplotlib");
  const fontList = (await readdir(fontFolder).catch(() => [])).find((name) => name.startsWith("fontlist-"));
  return {
    root,
    name: rootfsName(),
    digest: `sha256:${createHash("sha256").update(packages).digest("hex")}`,
    languages: ["python", "r"] satisfies Language[],
    commands: kernelCommands,
    fontList: fontList === undefined ? null : path.join(fontFolder, fontList),
  };
}

async function buildRootfs({ cacheFolder, kernels }: RuntimeConfig, options: RuntimeOptions): Promise<Result<Runtime>> {
  const folder = path.join(cacheFolder, "runtimes");
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const target = path.join(folder, rootfsName());
  const mirror = (await archiveOf(kernels.debianMirror ?? null)).any;
  const script = path.join(import.meta.dirname, "build-rootfs.sh");
  // flock: others wait and then find it done. A private mount namespace: whatever kills the builder, no mount of it stays.
  const command = [
    "flock",
    path.join(folder, "build.lock"),
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    script,
    target,
    runtimeSuite,
    mirror,
    runtimePackages.join(","),
    unpackedPackages.join(" "),
  ];
  options.onPhase?.(`Making the environment for kernels from ${mirror} (${runtimePackages.length} packages and what they need, a few minutes, once)`);
  const problem = await runBuilder(command, options);
  if (problem !== null) return fail("unavailable", `The environment for kernels could not be made: ${problem}`);
  const runtime = await readRootfs(target);
  return runtime ? ok(runtime) : fail("unavailable", "The environment for kernels could not be made: it is not whole.");
}

/** Null when all went well, else the last words of the builder. */
async function runBuilder([program = "", ...args]: readonly string[], options: RuntimeOptions): Promise<string | null> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const stop = () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  options.signal?.addEventListener("abort", stop, { once: true });
  let lastProblem = "";
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      const phase = /^I: (.+)/.exec(line)?.[1];
      if (phase) options.onPhase?.(`Environment: ${phase}`);
      else if (/^(E|W): /.test(line)) lastProblem = line.slice(3);
    });
  }
  const { promise, resolve } = Promise.withResolvers<string | null>();
  child.on("error", (error) => resolve(error.message));
  child.on("close", (code, signal) => resolve(code === 0 ? null : lastProblem || `it ended with ${signal ?? `code ${code}`}`));
  const outcome = await promise;
  options.signal?.removeEventListener("abort", stop);
  return options.signal?.aborted ? "it was stopped" : outcome;
}

/** Where packages come from: the archive that was asked for, or this machine's own (`own`, where it has one), or else the usual one. */
export async function archiveOf(asked: string | null): Promise<{ readonly own: string | null; readonly any: string }> {
  const own = await hostMirror();
  return { own, any: asked ?? own ?? usualMirror };
}

/** The archive that this machine itself is installed from, when it is a Debian. */
async function hostMirror(): Promise<string | null> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (!/^ID=debian$/m.test(release)) return null;
  const lists = ["/etc/apt/sources.list", ...(await readdir("/etc/apt/sources.list.d").catch(() => [])).map((name) => `/etc/apt/sources.list.d/${name}`)];
  for (const file of lists) {
    const found = findMirror(await readFile(file, "utf8").catch(() => ""));
    if (found) return found;
  }
  return null;
}

/** The first archive that ends in /debian, in either of apt's notations. */
export function findMirror(sources: string): string | null {
  return /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(sources)?.[1] ?? null;
}

async function hostRuntime(cacheFolder: string): Promise<Result<Runtime>> {
  const runtime = await findHostRuntime(cacheFolder);
  return runtime ? ok(runtime) : fail("unavailable", `No kernel is installed. On Debian and Ubuntu: apt-get install ${hostRuntimePackages.join(" ")}`);
}

/** Whether a runtime is there already, for `doctor`. */
export async function findRuntime(config: RuntimeConfig): Promise<Runtime | null> {
  const rootfs = config.kernels.runtime === "host" ? null : await findRootfs([config.cacheFolder, sharedCacheFolder]);
  return rootfs ?? (config.kernels.runtime === "rootfs" ? null : await findHostRuntime(config.cacheFolder));
}
