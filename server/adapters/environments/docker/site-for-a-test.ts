import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadConfig } from "#server/config.ts";
import { createLogger } from "#server/log.ts";
import type { EnvironmentsPort } from "#server/ports/environments.ts";
import { explainProblem, openEngine } from "../../kernels/docker/engine.ts";
import { findImage, imageNames } from "../../kernels/docker/images.ts";
import { createDockerEnvironments, type DockerEnvironmentsOptions } from "./environments.ts";

/** Why these tests cannot be run here; null where they can. Environments need the image of kernels alone. */
export const whyNoBuilds = await (async (): Promise<string | null> => {
  const { docker } = loadConfig();
  const engine = openEngine(docker.address);
  try {
    await engine.ping();
    const image = await findImage(engine, imageNames(docker.images).kernel, docker.address);
    return image.ok ? null : image.failure.message;
  } catch (error) {
    return explainProblem(error, docker.address);
  }
})();
if (whyNoBuilds !== null) console.log(`skipped: ${whyNoBuilds}`);

/** Whether an image that cannot be made here is there. */
export function hasImage(name: string): Promise<boolean> {
  return openEngine(loadConfig().docker.address)
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

const folders: string[] = [];

export function removeTestFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function testOptions(more: Partial<DockerEnvironmentsOptions> = {}, settings: Readonly<Record<string, string>> = {}): DockerEnvironmentsOptions {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), "sheaf-builds-"));
  folders.push(dataFolder);
  // The tests' own container engine has no network but the machine's.
  const config = loadConfig({ ...process.env, SHEAF_DATA: dataFolder, SHEAF_BUILD_NETWORK: "host", ...settings });
  return { ...config, ...more };
}

export function dockerEnvironments(options: DockerEnvironmentsOptions): EnvironmentsPort {
  return createDockerEnvironments(options, createLogger("test", "error"));
}
