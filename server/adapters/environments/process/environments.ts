import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { EnvironmentsOffer } from "#lib/domain/environment.ts";
import type { Digest } from "#lib/domain/ids.ts";
import { type Inventory, noInventory, normaliseName } from "#lib/environment/trim-plan.ts";
import type { Config } from "#server/config.ts";
import type { Logger } from "#server/log.ts";
import type { BuildEnvironment, BuildOutcome, EnvironmentsPort } from "#server/ports/environments.ts";
import { environmentsFolder, findEnvironment } from "../../kernels/process/environment-folder.ts";
import { examineFacilities, type Facilities } from "../../kernels/process/facilities.ts";
import { findRuntime, type Runtime } from "../../kernels/process/runtime.ts";
import { runtimeVersions } from "../../kernels/process/runtime-packages.ts";
import { digestKept, makeVirtualEnvironment } from "./make-virtual-environment.ts";

export type ProcessEnvironmentsOptions = Pick<Config, "dataFolder" | "cacheFolder" | "builds"> & { readonly kernels: Pick<Config["kernels"], "runtime"> };

const builderVersion = "process 1";
type Ready = { readonly runtime: Runtime; readonly facilities: Facilities };

/**
 * Without a container engine: a virtual environment on the site's own packages, of wheels that a project brings along.
 * All else is said, by `fitToWheels`, before anything is tried.
 */
export function createProcessEnvironments(options: ProcessEnvironmentsOptions, log: Logger): EnvironmentsPort {
  const folder = environmentsFolder(options.dataFolder);
  const building = new Set<string>();
  let preparing: Promise<Ready | string> | null = null;
  const prepare = async (): Promise<Ready | string> => {
    preparing ??= examine(options);
    const ready = await preparing;
    if (typeof ready === "string") preparing = null;
    return ready;
  };

  const build = async (request: BuildEnvironment): Promise<BuildOutcome> => {
    const ready = await prepare();
    if (typeof ready === "string") return { kind: "interrupted", message: ready };
    return makeVirtualEnvironment({ ...ready, folder }, request);
  };

  return {
    name: "process",
    async describe(): Promise<EnvironmentsOffer> {
      const ready = await prepare();
      const versions = runtimeVersions;
      if (typeof ready === "string") return { works: false, how: ready, base: { name: "none", digest: "", versions }, builderVersion, abilities: "none" };
      const { name, digest } = ready.runtime;
      const works = options.builds.atOnce > 0;
      const how = works ? `virtual environments upon ${name}, of wheels that projects bring along` : "SHEAF_BUILDS_AT_ONCE is 0.";
      return { works, how, base: { name, digest, versions }, builderVersion, abilities: works ? "wheels" : "none" };
    },
    async inventory() {
      const ready = await prepare();
      return typeof ready === "string" ? noInventory : takeInventory(ready.runtime);
    },
    async build(request) {
      building.add(request.buildId);
      try {
        return await build(request);
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        log.warn({ err: error, build: request.buildId }, "the disk is full");
        return { kind: "failed", message: "The environment could not be made: the disk is full. Ask the operator for room, and try again.", mayPass: true };
      } finally {
        building.delete(request.buildId);
      }
    },
    has: async (environment) => findEnvironment(options.dataFolder, environment) !== null,
    collect: (keep) => collect(folder, keep),
    async sweep() {
      await mkdir(folder, { recursive: true, mode: 0o711 });
      for (const name of await readdir(folder))
        if (name.startsWith("making-") && !building.has(name.slice("making-".length))) await rm(path.join(folder, name), { recursive: true, force: true });
    },
  };
}

/** In words where nothing can be made here. */
async function examine(options: ProcessEnvironmentsOptions): Promise<Ready | string> {
  const runtime = await findRuntime(options);
  if (!runtime) return "There is no environment for kernels yet, which those of projects stand on.";
  const facilities = await examineFacilities(null, runtime);
  return facilities.sandbox.works ? { runtime, facilities } : `Without a sandbox no environments are made for projects: ${facilities.sandbox.why}.`;
}

/** Of a root folder its own list, of the machine's packages dpkg's. */
async function takeInventory({ root }: Runtime): Promise<Inventory> {
  const place = root ?? "/";
  const listed = root === null ? null : await readFile(path.join(root, "opt/sheaf/packages"), "utf8").catch(() => null);
  const status = listed === null ? await readFile(path.join(place, "var/lib/dpkg/status"), "utf8").catch(() => "") : "";
  const debian = listed === null ? readStatus(status) : Object.fromEntries(listed.split("\n").flatMap((line) => wordsOf(line)));
  const names = await readdir(path.join(place, "usr/lib/python3/dist-packages")).catch(() => []);
  const python = names.flatMap((name) => {
    const [, project, version] = /^([A-Za-z0-9_.]+)-([^-]+)\.(?:dist|egg)-info$/.exec(name) ?? [];
    return project && version ? [[normaliseName(project), version] as const] : [];
  });
  const libraries = ["usr/lib/R/library", "usr/lib/R/site-library", "usr/local/lib/R/site-library"].map((name) =>
    readdir(path.join(place, name)).catch(() => []),
  );
  return { debian, python: Object.fromEntries(python), r: (await Promise.all(libraries)).flat() };
}

function wordsOf(line: string): [string, string][] {
  const [name, version] = line.split(" ");
  return name && version ? [[name.replace(/:.*$/, ""), version]] : [];
}

function readStatus(text: string): Record<string, string> {
  const found = text.split("\n\n").flatMap((stanza): [string, string][] => {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
    return field("Status").endsWith(" installed") ? [[field("Package"), field("Version")]] : [];
  });
  return Object.fromEntries(found);
}

/** Kernels that run in one keep what they have open, and lose what they would still read: those in use are kept by their keys. */
async function collect(folder: string, keep: ReadonlySet<Digest>): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^[0-9a-f]{64}$/.test(name) || keep.has(await digestKept(path.join(folder, name)))) continue;
    await rm(path.join(folder, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
