import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type Docker from "dockerode";
import type { EnvironmentsOffer } from "#lib/domain/environment.ts";
import type { Digest } from "#lib/domain/ids.ts";
import { printerVersion } from "#lib/environment/print-dockerfile.ts";
import { type Inventory, noInventory } from "#lib/environment/trim-plan.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { digestOf } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import type { BuildEnvironment, BuildOutcome, EnvironmentsPort, MadeEnvironment } from "#server/ports/environments.ts";
import { bridgePrefix, ensureBridgeGuard } from "../../kernels/docker/bridge-guard.ts";
import { explainProblem, isAbsent, isAway, openEngine } from "../../kernels/docker/engine.ts";
import { findImage, findOrFetchImage, imageNames } from "../../kernels/docker/images.ts";
import { type Distribution, environmentReference, explainTransfer, pushImage } from "../../kernels/docker/registry.ts";
import { archiveOf } from "../../kernels/process/runtime.ts";
import { runtimeVersions } from "../../kernels/process/runtime-packages.ts";
import { buildEnvironment, type Site } from "./build-environment.ts";
import { takeInventory } from "./take-inventory.ts";

export type DockerEnvironmentsOptions = Pick<Config, "nodeFolder" | "docker" | "builds"> & {
  readonly kernels: Pick<Config["kernels"], "debianMirror" | "engineId">;
  /** In place of the site's own image, in tests. */
  readonly baseImage?: string;
};

const labels = { kind: "sheaf.kind", key: "sheaf.environment", owner: "sheaf.owner" } as const;
type Base = Site["base"];

/** Environments as images. What it made bears labels: the key, and whose it is, so that nobody else's is ever removed. */
export function createDockerEnvironments(options: DockerEnvironmentsOptions, log: Logger): EnvironmentsPort {
  const { docker, builds, nodeFolder } = options;
  const engine = openEngine(docker.address);
  const owner = digestOf(nodeFolder).slice(7, 19);
  // Of this engine alone: another one of the same folder may be building.
  const folder = path.join(nodeFolder, "builds", options.kernels.engineId.replace(/[^A-Za-z0-9_-]/g, "_"));
  const building = new Set<string>();
  let inventory: { readonly base: string; readonly found: Inventory } | null = null;
  const nameOf = (key: Digest): string => `${docker.images}/environment:${key.slice(7, 23)}`;
  const own = (key: Digest): Record<string, string> => ({ [labels.kind]: "environment", [labels.key]: key, [labels.owner]: owner });

  const build = async (request: BuildEnvironment): Promise<BuildOutcome> => {
    const imageName = nameOf(request.key);
    const made = await findMade(engine, imageName, request.key);
    if (made) return distribute(engine, docker, made);
    const base = await findBase(engine, options);
    if (!base.ok) return { kind: "interrupted", message: base.failure.message };
    const debianMirror = options.kernels.debianMirror ?? (await archiveOf(null)).own ?? "";
    const repo2docker = builds.repo2docker === null ? null : { image: builds.repo2docker, socketPath: new URL(docker.address).pathname };
    const site: Site = { engine, docker, builds, debianMirror, folder, base: base.value, imageName, labels: own(request.key), repo2docker };
    const outcome = await buildEnvironment(site, request);
    return outcome.kind === "stopped" ? { kind: "interrupted", message: "The build was stopped." } : distribute(engine, docker, outcome);
  };

  return {
    name: "docker",
    describe: () => describeSite(engine, options),
    async inventory() {
      const base = await findBase(engine, options);
      if (!base.ok) return noInventory;
      if (inventory?.base !== base.value.id) inventory = { base: base.value.id, found: await takeInventory(engine, base.value.id) };
      return inventory.found;
    },
    async build(request) {
      if (!/^[a-z0-9_]{1,64}$/.test(request.buildId)) throw new Error("A build needs a name of its own.");
      building.add(request.buildId);
      try {
        return await build(request);
      } catch (error) {
        const message = explainProblem(error, docker.address);
        if (isAway(error) || request.signal.aborted) return { kind: "interrupted", message };
        log.warn({ err: error, build: request.buildId }, "the container engine refused a build");
        return { kind: "failed", message: `The environment could not be made. ${message}`, mayPass: true };
      } finally {
        building.delete(request.buildId);
      }
    },
    async images() {
      const found = await listOwn(engine, owner).catch(() => []);
      return found.map(({ Id }) => Id);
    },
    has: (environment) => isThere(engine, environment),
    collect: (keep) => collect(engine, owner, keep, log),
    async sweep() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const guard = await ensureBridgeGuard(docker);
      if (!guard.holds && builds.network.startsWith(bridgePrefix)) log.warn({ network: builds.network }, `the network of builds is ${guard.how}`);
      if (building.size === 0) await rm(folder, { recursive: true, force: true });
      await removeLeftovers(engine).catch((error: unknown) => log.debug({ err: error }, "what builds left behind could not be looked for"));
    },
  };
}

async function describeSite(engine: Docker, options: DockerEnvironmentsOptions): Promise<EnvironmentsOffer> {
  const { builds } = options;
  const abilities = builds.repo2docker === null ? "light" : "all";
  const builderVersion = `docker ${printerVersion}${builds.repo2docker === null ? "" : ` ${builds.repo2docker}`}`;
  const base = await findBase(engine, options).catch((error: unknown) => fail("unavailable", explainProblem(error, options.docker.address)));
  if (!base.ok)
    return { works: false, how: base.failure.message, base: { name: "none", digest: "", versions: runtimeVersions }, builderVersion, abilities: "none" };
  const { name, id } = base.value;
  const how = `images upon ${name}, at most ${builds.atOnce} at a time, network ${builds.network}${builds.repo2docker === null ? "" : `, built by ${builds.repo2docker}`}`;
  const works = builds.atOnce > 0;
  return {
    works,
    how: works ? how : "SHEAF_BUILDS_AT_ONCE is 0.",
    base: { name, digest: id, versions: runtimeVersions },
    builderVersion,
    abilities: works ? abilities : "none",
  };
}

/** The lab's image where there is one, so that a lab can have the same environment as a run. */
async function findBase(engine: Docker, { docker, baseImage }: DockerEnvironmentsOptions): Promise<Result<Base>> {
  const names = imageNames(docker.images);
  const found = baseImage === undefined ? await findOrFetchImage(engine, docker, names.lab) : await findImage(engine, baseImage, docker.address);
  const image = found.ok || baseImage !== undefined ? found : await findOrFetchImage(engine, docker, names.kernel);
  if (!image.ok) return image;
  const { Size } = await engine.getImage(image.value.id).inspect();
  return ok({ ...image.value, bytes: Size });
}

/** Made before, by a build whose end nobody wrote down. */
async function findMade(engine: Docker, imageName: string, key: Digest): Promise<BuildOutcome | null> {
  try {
    const { Id, Size, Config } = await engine.getImage(imageName).inspect();
    return Config.Labels?.[labels.key] === key ? { kind: "ready", environment: { name: imageName, digest: Id }, bytes: Size } : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

async function isThere(engine: Docker, { digest }: MadeEnvironment): Promise<boolean> {
  return engine
    .getImage(digest)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

function listOwn(engine: Docker, owner: string): Promise<Docker.ImageInfo[]> {
  return engine.listImages({ filters: JSON.stringify({ label: [`${labels.kind}=environment`, `${labels.owner}=${owner}`] }) });
}

/** Ready only when the others can have it: tried again, from what is here by then, until the registry takes it. */
async function distribute(engine: Docker, docker: Distribution, outcome: BuildOutcome): Promise<BuildOutcome> {
  if (outcome.kind !== "ready" || docker.registry === null) return outcome;
  const { digest } = outcome.environment;
  try {
    await pushImage(engine, docker, digest, environmentReference(docker, digest));
    return outcome;
  } catch (error) {
    return { kind: "interrupted", message: explainTransfer(error, docker.registry, docker.address) };
  }
}

async function collect(engine: Docker, owner: string, keep: ReadonlySet<Digest>, log: Logger): Promise<number> {
  const images = await listOwn(engine, owner);
  let removed = 0;
  for (const { Id, Labels, RepoTags } of images) {
    if (keep.has((Labels[labels.key] ?? "") as Digest)) continue;
    try {
      // By name: an image that a container stands on loses its name at most, and goes with the next look.
      for (const name of RepoTags ?? [Id]) await engine.getImage(name).remove();
      removed += 1;
    } catch (error) {
      log.debug({ err: error, image: Id }, "an environment is in use");
    }
  }
  return removed;
}

/** Containers of steps that ended with the engine, whose builds nobody waits for. */
async function removeLeftovers(engine: Docker): Promise<void> {
  const left = await engine.listContainers({ all: true, filters: JSON.stringify({ label: [`${labels.kind}=build`], status: ["exited", "created", "dead"] }) });
  for (const { Id, Created } of left) if (Date.now() / 1000 - Created > 3600) await engine.getContainer(Id).remove({ force: true, v: true });
}
