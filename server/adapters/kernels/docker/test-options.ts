import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadConfig } from "#server/config.ts";
import { createLogger } from "#server/log.ts";
import type { KernelsPort } from "#server/ports/kernels.ts";
import { explainProblem, openEngine } from "./engine.ts";
import { findImage, imageNames } from "./images.ts";
import { createDockerKernels, type DockerKernelsOptions } from "./kernels.ts";

/** Why these tests cannot be run here; null where they can. Asked once a file, before its tests are known. */
export const whyNoDocker = await (async (): Promise<string | null> => {
  const { docker } = loadConfig();
  const engine = openEngine(docker.address);
  try {
    await engine.ping();
  } catch (error) {
    return explainProblem(error, docker.address);
  }
  const names = imageNames(docker.images);
  for (const name of [names.kernel, names.lab]) {
    const image = await findImage(engine, name, docker.address);
    if (!image.ok) return image.failure.message;
  }
  return null;
})();
if (whyNoDocker !== null) console.log(`skipped: ${whyNoDocker}`);

/** The adapter's options for a test: its own data folder, the machine's engine, short paths for sockets. */
export function optionsIn(dataFolder: string, address?: string, network: "none" | "person" = "none"): DockerKernelsOptions {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const { docker } = loadConfig({ ...process.env, SHEAF_DATA: dataFolder });
  const runtimeFolder = mkdtempSync(path.join(os.tmpdir(), "d-"));
  process.once("exit", () => rmSync(runtimeFolder, { recursive: true, force: true }));
  return {
    dataFolder,
    nodeFolder: dataFolder,
    runtimeFolder,
    docker: { ...docker, ...(address === undefined ? {} : { address }) },
    kernels: { engineId: "test" },
    labs: { network },
  };
}

export function dockerKernelsIn(dataFolder: string): Promise<KernelsPort> {
  return createDockerKernels(optionsIn(dataFolder), createLogger("test", "error"));
}
