import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { packFolder } from "../process/pack-files.ts";
import { canRun } from "../process/run-program.ts";
import { archiveOf, type RuntimeOptions } from "../process/runtime.ts";
import { kernelImagePackages, labImagePackages, runtimeSuite, unpackedPackages } from "../process/runtime-packages.ts";
import { explainProblem, openEngine } from "./engine.ts";
import { findImage, type Image, imageNames } from "./images.ts";
import { explainTransfer, pushImage } from "./registry.ts";

export type BuiltImages = { readonly kernel: Image; readonly lab: Image };
type BuildConfig = Pick<Config, "cacheFolder" | "docker"> & { readonly kernels: Pick<Config["kernels"], "debianMirror"> };

const baseImage = `debian:${runtimeSuite}-slim`;
const contextFolder = path.resolve(import.meta.dirname, "../../../../deploy/images");
/** A registry that cannot be reached may also just not answer. */
const pullMs = 120_000;

/** The images that the configuration names, made when they are not there yet (minutes, once). */
export async function ensureImages(config: BuildConfig, options: RuntimeOptions = {}): Promise<Result<BuiltImages>> {
  const found = await findImages(config);
  return found.ok ? found : buildImages(config, options);
}

export async function findImages({ docker }: Pick<Config, "docker">): Promise<Result<BuiltImages>> {
  const engine = openEngine(docker.address);
  const names = imageNames(docker.images);
  const kernel = await findImage(engine, names.kernel, docker.address);
  if (!kernel.ok) return kernel;
  const lab = await findImage(engine, names.lab, docker.address);
  return lab.ok ? ok({ kernel: kernel.value, lab: lab.value }) : lab;
}

/** Builds both images, with what the engine still has of an earlier build, and writes their digests down. */
export async function buildImages(config: BuildConfig, { onPhase = () => undefined, signal }: RuntimeOptions = {}): Promise<Result<BuiltImages>> {
  const { address, images } = config.docker;
  const engine = openEngine(address);
  const names = imageNames(images);
  const mirror = await archiveOf(config.kernels.debianMirror);
  const common = { MIRROR: config.kernels.debianMirror ?? mirror.own ?? "" };
  try {
    await engine.ping();
    const noBase = await makeBase(engine, mirror.any, onPhase);
    if (noBase !== null) return fail("unavailable", noBase);
    onPhase(`Building ${names.kernel} (${kernelImagePackages.length} packages and what they need)`);
    await build(engine, names.kernel, "kernel/Dockerfile", { ...common, BASE: baseImage, PACKAGES: kernelImagePackages.join(" ") }, { onPhase, signal });
    onPhase(`Building ${names.lab}`);
    const labArguments = { ...common, KERNEL: names.kernel, PACKAGES: labImagePackages.join(" "), UNPACKED: unpackedPackages.join(" ") };
    await build(engine, names.lab, "lab/Dockerfile", labArguments, { onPhase, signal });
    const built = await findImages(config);
    if (built.ok) await record(config.cacheFolder, built.value);
    if (built.ok && config.docker.registry) await distribute(engine, config, built.value, onPhase);
    return built;
  } catch (error) {
    return fail("unavailable", signal?.aborted ? "The build was stopped. What is done of it is kept for the next one." : explainProblem(error, address));
  }
}

/** To where the other machines fetch them. */
async function distribute(engine: Docker, { docker }: BuildConfig, { kernel, lab }: BuiltImages, onPhase: (text: string) => void): Promise<void> {
  for (const { name, id } of [kernel, lab]) {
    onPhase(`Putting ${name} into the registry`);
    await pushImage(engine, docker, id, name).catch((error: unknown) => {
      throw docker.registry ? new Error(explainTransfer(error, docker.registry, docker.address)) : error;
    });
  }
}

/** Null when the base image is there; fetched, or else made here of the same packages. */
async function makeBase(engine: Docker, mirror: string, onPhase: (text: string) => void): Promise<string | null> {
  const isThere = await engine
    .getImage(baseImage)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (isThere) return null;
  onPhase(`Fetching ${baseImage}`);
  const why = await pull(engine, baseImage);
  if (why === null) return null;
  onPhase(`${baseImage} cannot be fetched (${why.slice(0, 120)}): it is made here from ${mirror}`);
  if (!(await canRun("mmdebstrap"))) return `${baseImage} can neither be fetched nor made here: apt-get install mmdebstrap debian-archive-keyring`;
  const child = spawn("sh", [path.join(contextFolder, "make-base.sh"), runtimeSuite, mirror], { stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-1000)));
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const answer = await engine.importImage(child.stdout, { repo: baseImage.split(":")[0], tag: baseImage.split(":")[1] });
  await follow(engine, answer, () => undefined);
  if ((await closed) === 0) return null;
  await engine
    .getImage(baseImage)
    .remove()
    .catch(() => undefined);
  return `${baseImage} could not be made here: ${complaints.trim()}`;
}

async function pull(engine: Docker, name: string): Promise<string | null> {
  const abortSignal = AbortSignal.timeout(pullMs);
  try {
    await follow(engine, await engine.pull(name, { abortSignal }), () => undefined);
    return null;
  } catch (error) {
    return abortSignal.aborted ? "the registry does not answer" : error instanceof Error ? error.message : String(error);
  }
}

type Building = { readonly onPhase: (text: string) => void; readonly signal: AbortSignal | undefined };

/** The classic builder: every engine has it. On the machine's own network, since packages are all that is fetched. */
async function build(engine: Docker, name: string, dockerfile: string, buildargs: Record<string, string>, { onPhase, signal }: Building): Promise<void> {
  const began = performance.now();
  const context = Readable.from(packFolder(contextFolder));
  const options = { t: name, dockerfile, buildargs, networkmode: "host", rm: true, forcerm: true, ...(signal ? { abortSignal: signal } : {}) };
  const answer = await engine.buildImage(context, options);
  await follow(engine, answer, (line) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    if (/^(Step \d|Setting up r-base-core|The following NEW packages)/.test(line)) onPhase(`${name}, ${seconds} s: ${line.slice(0, 100)}`);
  });
  onPhase(`${name} … ${Math.round((performance.now() - began) / 1000)} s`);
}

/** To the end of what the engine says; throws what it says went wrong. */
async function follow(engine: Docker, answer: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = (error: Error | null): void => (error ? reject(error) : resolve());
  engine.modem.followProgress(answer, onEnd, (said: { stream?: string; error?: string }) => {
    if (said.error !== undefined) reject(new Error(said.error));
    for (const line of (said.stream ?? "").split("\n")) if (line.trim() !== "") onLine(line.trim());
  });
  await promise;
}

/** What was built when, for whoever has to say later what a result was computed with. */
async function record(cacheFolder: string, { kernel, lab }: BuiltImages): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  await writeFile(path.join(cacheFolder, "images.json"), `${JSON.stringify({ builtAt: new Date().toISOString(), kernel, lab }, null, 2)}\n`);
}
