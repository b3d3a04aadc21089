import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, chown, cp, lstat, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { projectPlace } from "#lib/domain/environment.ts";
import type { Digest } from "#lib/domain/ids.ts";
import type { BuildEnvironment, BuildOutcome, SourceFile } from "#server/ports/environments.ts";
import type { Facilities } from "../../kernels/process/facilities.ts";
import { launch } from "../../kernels/process/launch.ts";
import type { Runtime } from "../../kernels/process/runtime-shape.ts";
import { buildSandboxArguments, inside } from "../../kernels/process/sandbox-arguments.ts";

type Place = { readonly runtime: Runtime; readonly facilities: Facilities; readonly folder: string };

/** Below those of kernels, and of the trial of the sandbox. */
const builderUid = 599_998;
const installer = path.join(import.meta.dirname, "install_wheels.py");
const keyFile = "sheaf-key";
const processes = 64;

/** In a sandbox like a kernel's, whose only other folder to write to is the environment. It gets its name when it is whole. */
export async function makeVirtualEnvironment(place: Place, request: BuildEnvironment): Promise<BuildOutcome> {
  const making = path.join(place.folder, `making-${request.buildId}`);
  await rm(making, { recursive: true, force: true });
  const [environment, work, sockets] = ["environment", "work", "sockets"].map((name) => path.join(making, name)) as [string, string, string];
  // Whoever reads it later is not its owner.
  await mkdir(place.folder, { recursive: true, mode: 0o711 });
  await mkdir(making, { mode: 0o711 });
  for (const folder of [environment, work, sockets]) await mkdir(folder);
  try {
    request.onPhase("python");
    await layOut(work, request);
    await writeFile(path.join(making, "passwd"), `builder:x:${builderUid}:${builderUid}::/tmp:/bin/sh\n`);
    if (place.facilities.isRoot) for (const folder of [environment, work, sockets]) await chown(folder, builderUid, builderUid);
    const outcome = await runInstaller(place, request, making);
    if (outcome !== null) return outcome;
    request.onPhase("checking");
    return await nameIt(place, request, environment);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function layOut(work: string, { plan, sources }: BuildEnvironment): Promise<void> {
  const within = (line: string): string => line.replaceAll(projectPlace, `${inside.work}/project`);
  const wish = { requirements: plan.python?.requirements.map(within) ?? [], constraints: plan.python?.constraints ?? [] };
  await writeFile(path.join(work, "requirements.json"), JSON.stringify(wish));
  await cp(installer, path.join(work, "install_wheels.py"));
  for (const [name, file] of sources) await writeSource(path.join(work, "project"), name, file);
}

async function writeSource(folder: string, name: string, { bytes }: SourceFile): Promise<void> {
  const at = path.join(folder, name);
  if (!at.startsWith(`${folder}${path.sep}`) || name.includes("\0")) throw new Error(`${JSON.stringify(name)} leads out of the build.`);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, bytes, { flag: "wx" });
}

/** Null when all went well. */
async function runInstaller({ runtime, facilities }: Place, request: BuildEnvironment, making: string): Promise<BuildOutcome | null> {
  const { sandbox, isRoot, hostLinks } = facilities;
  if (!sandbox.works) return { kind: "interrupted", message: sandbox.why };
  const { memoryBytes, cpus, diskBytes, seconds } = request.limits;
  const script = `set -e; umask 022; python3 -m venv --without-pip --system-site-packages ${inside.environment}; exec ${inside.environment}/bin/python3 -I ${inside.work}/install_wheels.py ${inside.environment} ${Math.floor(diskBytes)}`;
  const logFile = path.join(making, "log");
  const args = buildSandboxArguments({
    runtime,
    identity: isRoot ? { kind: "own", uid: builderUid } : { kind: "ours" },
    limits: { memoryBytes, cpus, processes, diskBytes },
    hasControlGroup: false,
    workFolder: path.join(making, "work"),
    socketFolder: path.join(making, "sockets"),
    passwdFile: path.join(making, "passwd"),
    canLimitTmpfs: sandbox.canLimitTmpfs,
    hostLinks,
    environment: { folder: path.join(making, "environment"), access: "write" },
    command: ["sh", "-c", script],
  });
  const launched = launch(["nice", "-n", "10", "bwrap", ...args], { joinFiles: [], seccomp: sandbox.seccomp, logFile });
  let why: "stopped" | "took_too_long" | null = null;
  const stop = (reason: NonNullable<typeof why>): void => {
    why ??= reason;
    launched.child.kill("SIGKILL");
  };
  const onAbort = (): void => stop("stopped");
  const timer = setTimeout(() => stop("took_too_long"), seconds * 1000);
  request.signal.addEventListener("abort", onAbort, { once: true });
  if (request.signal.aborted) onAbort();
  const code = await launched.exit;
  clearTimeout(timer);
  request.signal.removeEventListener("abort", onAbort);
  return endOf(why, code, await tellLog(logFile, request), seconds);
}

function endOf(why: "stopped" | "took_too_long" | null, code: number | null, lines: readonly string[], seconds: number): BuildOutcome | null {
  if (why === "stopped") return { kind: "interrupted", message: "The build was stopped." };
  if (why === "took_too_long")
    return { kind: "failed", message: `The environment could not be made: it took longer than ${Math.round(seconds / 60)} minutes.`, mayPass: true };
  if (code === 0) return null;
  const said = lines.findLast((line) => line.startsWith("Sheaf: "))?.slice("Sheaf: ".length);
  return { kind: "failed", message: `The environment could not be made: ${said ?? "the last lines of its log say more."}`, mayPass: said === undefined };
}

const logBytes = 1024 * 1024;

async function tellLog(logFile: string, { onLine }: BuildEnvironment): Promise<readonly string[]> {
  const file = await open(logFile).catch(() => null);
  if (!file) return [];
  const { bytesRead, buffer } = await file.read(Buffer.alloc(logBytes), 0, logBytes, 0).finally(() => file.close());
  const lines = buffer
    .subarray(0, bytesRead)
    .toString()
    .split("\n")
    .map((line) => line.replace(/[^\P{Cc}\t]/gu, "").slice(0, 2000))
    .filter((line) => line !== "");
  for (const line of lines) onLine(line);
  return lines;
}

/** By what is in it, and what it stands on. */
async function nameIt({ runtime, folder }: Place, { key }: BuildEnvironment, environment: string): Promise<BuildOutcome> {
  const hash = createHash("sha256").update(`${key}\n${runtime.digest}\n`);
  const bytes = await addFolder(hash, environment, "");
  const name = hash.digest("hex");
  await writeFile(path.join(environment, keyFile), key);
  await chown(environment, process.getuid?.() ?? 0, process.getgid?.() ?? 0).catch(() => undefined);
  await chmod(environment, 0o755);
  const place = path.join(folder, name);
  await rm(place, { recursive: true, force: true });
  await rename(environment, place);
  return { kind: "ready", environment: { name: `${runtime.name}+${key.slice(7, 19)}`, digest: `sha256:${name}` }, bytes };
}

async function addFolder(hash: ReturnType<typeof createHash>, root: string, within: string): Promise<number> {
  let bytes = 0;
  for (const name of (await readdir(path.join(root, within))).sort()) {
    const relative = path.join(within, name);
    const found = await lstat(path.join(root, relative));
    if (found.isDirectory()) bytes += await addFolder(hash, root, relative);
    // Compiled files carry times.
    else if (found.isFile() && !name.endsWith(".pyc")) await addFile(hash.update(`${relative}\0${found.size}\0`), path.join(root, relative));
    bytes += found.size;
  }
  return bytes;
}

/** In parts: a package may hold a file of any size. */
async function addFile(hash: ReturnType<typeof createHash>, file: string): Promise<void> {
  for await (const part of createReadStream(file)) hash.update(part as Buffer);
}

/** Of an environment that was made. */
export async function digestKept(folder: string): Promise<Digest> {
  return (await readFile(path.join(folder, keyFile), "utf8").catch(() => "")) as Digest;
}
