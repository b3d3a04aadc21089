import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import type { BuildPhase } from "#lib/domain/environment.ts";
import { explainBuildFailure } from "#lib/environment/explain-failure.ts";
import { type PrintedBuild, printAdoption, printLight } from "#lib/environment/print-dockerfile.ts";
import type { Config } from "#server/config.ts";
import type { BuildEnvironment, BuildOutcome } from "#server/ports/environments.ts";
import { ensureBridgeGuard } from "../../kernels/docker/bridge-guard.ts";
import type { Image } from "../../kernels/docker/images.ts";
import { packFolder } from "../../kernels/process/pack-files.ts";
import { ensureNetwork, everyEngineHas } from "./ensure-network.ts";
import { type Repo2docker, runRepo2docker } from "./repo2docker.ts";
import { type BuildEnd, type ClassicBuild, runBuild } from "./run-build.ts";
import { ownFileName, writeContext, writeSources } from "./write-context.ts";

export type Site = {
  readonly engine: Docker;
  readonly docker: Config["docker"];
  readonly builds: Config["builds"];
  readonly debianMirror: string;
  /** Where contexts are laid out; each build has a folder of its own there. */
  readonly folder: string;
  readonly base: Image & { readonly bytes: number };
  readonly imageName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly repo2docker: Repo2docker | null;
};

const keptLines = 200;

/** Builds and names the image. Throws what the container engine itself says is wrong. */
export async function buildEnvironment(site: Site, request: BuildEnvironment): Promise<Exclude<BuildOutcome, { kind: "interrupted" }> | { kind: "stopped" }> {
  const folder = path.join(site.folder, request.buildId);
  const told = tell(request);
  const network = await openNetwork(site, request);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const closed = { ...site, builds: { ...site.builds, network } };
    const end = await buildIn(closed, { ...request, onPhase: told.onPhase, onLine: told.onLine }, folder);
    if (end === "stopped") return { kind: "stopped" };
    if (end !== "done") return { kind: "failed", ...wordsFor(end, told.now(), request) };
    return await examine(site, request);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A project's own commands run in it: one that leads to what this machine serves is not given to them. */
async function openNetwork({ engine, docker, builds }: Site, { onLine }: BuildEnvironment): Promise<string> {
  const { network } = builds;
  if (everyEngineHas.has(network)) return network;
  const guard = await ensureBridgeGuard(docker);
  if (!guard.holds) {
    onLine(`Without a network: that of builds is ${guard.how}`);
    return "none";
  }
  await ensureNetwork(engine, network);
  return network;
}

async function buildIn(site: Site, request: BuildEnvironment, folder: string): Promise<BuildEnd> {
  const { plan } = request;
  if (plan.builder === "light" && plan.dockerfile === null) return buildPrinted(site, request, folder, printLight(plan), {});
  const own = `${site.imageName}-own`;
  const begun = plan.builder === "repo2docker" ? await runRepo2docker(site, request, own, folder) : await buildOwn(site, request, folder, own);
  if (begun !== "done") return begun;
  try {
    return await buildPrinted(site, request, folder, printAdoption(), { OWN: site.base.id, BASE: own });
  } finally {
    // Its layers stay for as long as what stands on them.
    await site.engine
      .getImage(own)
      .remove({ noprune: true })
      .catch(() => undefined);
  }
}

async function buildPrinted(
  site: Site,
  request: BuildEnvironment,
  folder: string,
  printed: PrintedBuild,
  buildargs: Record<string, string>,
): Promise<BuildEnd> {
  const { builds } = site;
  const place = path.join(folder, "printed");
  await mkdir(place);
  await writeContext(place, printed, "BASE" in buildargs ? new Map() : request.sources);
  const archives = {
    MIRROR: site.debianMirror,
    PIP_INDEX_URL: builds.pipIndex,
    // Nobody answers there: pip would ask six times for each package, with pauses between.
    PIP_NO_INDEX: builds.network === "none" ? "1" : null,
    CRAN: builds.cran,
    CRAN_DAYS: builds.cranDays,
    CONDA_CHANNEL_ALIAS: builds.condaChannels,
    MICROMAMBA: builds.micromamba,
  };
  const asked = new Set(printed.instructions.flatMap(({ text }) => /^ARG ([A-Z_]+)/.exec(text)?.[1] ?? []));
  const wanted = Object.entries(archives).flatMap(([name, value]) => (asked.has(name) && value ? [[name, value] as const] : []));
  return runBuild(site.engine, {
    ...common(site, request, place),
    name: site.imageName,
    dockerfile: ownFileName,
    buildargs: { BASE: site.base.id, ...Object.fromEntries(wanted), ...buildargs },
    labels: site.labels,
    phases: printed.instructions.map(({ phase }) => phase),
    baseBytes: "BASE" in buildargs ? null : site.base.bytes,
  });
}

/** `ARG SHEAF_BASE` and `FROM ${SHEAF_BASE}` stand on the site's own image. */
async function buildOwn(site: Site, request: BuildEnvironment, folder: string, name: string): Promise<BuildEnd> {
  const place = path.join(folder, "own");
  await mkdir(place);
  await writeSources(place, request.sources);
  return runBuild(site.engine, {
    ...common(site, request, place),
    name,
    dockerfile: request.plan.dockerfile ?? "Dockerfile",
    buildargs: { SHEAF_BASE: site.base.id },
    labels: {},
    phases: ["dockerfile"],
    baseBytes: null,
  });
}

function common(site: Site, request: BuildEnvironment, place: string): Pick<ClassicBuild, "context" | "network" | "limits" | "signal" | "onPhase" | "onLine"> {
  const { limits, signal, onPhase, onLine } = request;
  return { context: Readable.from(packFolder(place)), network: site.builds.network, limits, signal, onPhase, onLine };
}

/** An image may still ask for what no kernel is given. */
async function examine({ engine, imageName, base }: Site, request: BuildEnvironment): Promise<Extract<BuildOutcome, { kind: "ready" | "failed" }>> {
  const { Id, Size, Config } = await engine.getImage(imageName).inspect();
  const added = Size - base.bytes;
  const volumes = Object.keys(Config.Volumes ?? {});
  const message =
    volumes.length > 0
      ? `Its image makes folders that no limit holds for (${volumes.slice(0, 3).join(", ")}), by VOLUME. Begin the Dockerfile with another image.`
      : added > request.limits.diskBytes
        ? wordsFor("too_large", "checking", request).message
        : null;
  if (message === null) return { kind: "ready", environment: { name: imageName, digest: Id }, bytes: Size };
  await engine
    .getImage(imageName)
    .remove()
    .catch(() => undefined);
  return { kind: "failed", message, mayPass: false };
}

type Told = { readonly phase: BuildPhase; readonly lines: readonly string[] };

function wordsFor(end: Exclude<BuildEnd, "done" | "stopped">, told: Told | BuildPhase, { limits }: BuildEnvironment): { message: string; mayPass: boolean } {
  if (end === "took_too_long")
    return {
      message: `The environment could not be made: it took longer than ${Math.round(limits.seconds / 60)} minutes. Ask for fewer packages, or for ones that are ready made.`,
      mayPass: true,
    };
  if (end === "too_large" || typeof told === "string")
    return {
      message: `The environment could not be made: it is larger than ${Math.round(limits.diskBytes / 1e9)} GB. Ask for fewer packages, or delete in postBuild what is not needed.`,
      mayPass: false,
    };
  const message = explainBuildFailure(told);
  return { message, mayPass: /could not be reached|disk was full|does not answer|more memory/.test(message) };
}

/** Remembers the last of what is told, for the words about a failure. */
function tell({ onPhase, onLine }: BuildEnvironment): Pick<BuildEnvironment, "onPhase" | "onLine"> & { now(): Told } {
  let phase: BuildPhase = "base";
  const lines: string[] = [];
  return {
    onPhase(next) {
      if (next === phase && lines.length > 0) return;
      phase = next;
      onPhase(next);
    },
    onLine(line) {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      onLine(line);
    },
    now: () => ({ phase, lines }),
  };
}
