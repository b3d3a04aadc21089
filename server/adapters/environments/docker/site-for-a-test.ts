import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { BuildPhase } from "#lib/domain/environment.ts";
import { detectEnvironment } from "#lib/environment/detect-environment.ts";
import { environmentText } from "#lib/environment/environment-key.ts";
import { loadConfig } from "#server/config.ts";
import { digestOf, newId } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import type { BuildLimits, BuildOutcome, EnvironmentsPort } from "#server/ports/environments.ts";
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

export function testOptions(more: Partial<DockerEnvironmentsOptions> = {}, settings: Readonly<Record<string, string>> = {}): DockerEnvironmentsOptions {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), "sheaf-builds-"));
  // The tests' own container engine has no network but the machine's.
  const config = loadConfig({ ...process.env, SHEAF_DATA: dataFolder, SHEAF_BUILD_NETWORK: "host", ...settings });
  return { ...config, dataFolder, ...more };
}

export type Made = {
  readonly outcome: BuildOutcome;
  readonly phases: readonly BuildPhase[];
  readonly lines: readonly string[];
  readonly ms: number;
  readonly key: ReturnType<typeof digestOf>;
};

/** Detects, and builds what was detected, as the engine does. */
export async function make(
  environments: EnvironmentsPort,
  files: Readonly<Record<string, string | Uint8Array>>,
  more: { limits?: Partial<BuildLimits>; signal?: AbortSignal; onLine?: (line: string) => void } = {},
): Promise<Made> {
  const { base, builderVersion, abilities } = await environments.describe();
  const bytesOf = (name: string): Uint8Array => {
    const content = files[name] ?? "";
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  const listed = Object.keys(files).map((name) => ({ path: name, kind: "file" as const }));
  const environment = await detectEnvironment(listed, async (name) => bytesOf(name), { base: base.versions, hasRepo2docker: abilities === "all" });
  if (!environment.plan) throw new Error(JSON.stringify(environment.problems));
  const sources = new Map(environment.plan.sources.map((name) => [name, { bytes: bytesOf(name), executable: false }]));
  const digests = new Map([...sources].map(([name, { bytes }]) => [name, digestOf(bytes)]));
  const key = digestOf(environmentText({ plan: environment.plan, sources: digests, baseDigest: base.digest, builderVersion }));
  const phases: BuildPhase[] = [];
  const lines: string[] = [];
  const began = performance.now();
  const outcome = await environments.build({
    buildId: newId("run"),
    key,
    plan: environment.plan,
    sources,
    limits: { ...loadConfig().builds.limits, ...more.limits },
    signal: more.signal ?? new AbortController().signal,
    onPhase: (phase) => void phases.push(phase),
    onLine: (line) => {
      lines.push(line);
      more.onLine?.(line);
    },
  });
  return { outcome, phases, lines, key, ms: Math.round(performance.now() - began) };
}

export function dockerEnvironments(options: DockerEnvironmentsOptions): EnvironmentsPort {
  return createDockerEnvironments(options, createLogger("test", "error"));
}
