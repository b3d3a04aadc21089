import { existsSync } from "node:fs";
import { findMissingPackages, installPackages, type MissingPackages } from "#server/cli/host-packages.ts";
import { loadConfig } from "#server/config.ts";
import { ensureRuntime, openImages } from "#server/machine.ts";
import { ensureDockerEngine, isEngineThere } from "./docker-engine.ts";
import { ensureCompose } from "./production-set.ts";

/** What only the tests need from the system: a browser, a second PostgreSQL, a server in front. The rest is `./sheaf up`'s own list. */
const wanted = [
  { file: "/usr/bin/chromium", packages: ["chromium", "fonts-dejavu-core"] },
  { file: "/usr/lib/postgresql", packages: ["postgresql"] },
  { file: "/usr/sbin/nginx", packages: ["nginx"] },
];

/** Installs what is missing where this user may, and makes the kernels' environment; where not, the tests that need it say so. */
export async function prepareMachine(): Promise<void> {
  const config = loadConfig();
  const missing = await findMissingPackages(config);
  const names = [...missing.names, ...wanted.filter(({ file }) => !existsSync(file)).flatMap(({ packages }) => packages)];
  if (names.length > 0) await install({ ...missing, names });
  const runtime = await ensureRuntime(config, { onPhase: (phase) => console.log(phase) });
  if (!runtime.ok) console.log(`No kernels here: ${runtime.failure.message}`);
}

/** An engine (started by us where none answers) and today's images. Null when both are there, else why not. */
export async function prepareContainers(networks: "none" | "own" = "none"): Promise<string | null> {
  const config = loadConfig();
  const missing = await findMissingPackages(config);
  const names = [
    { file: "/usr/sbin/dockerd", name: "docker.io" },
    { file: "/usr/sbin/iptables", name: "iptables" },
    { file: "/usr/bin/docker-registry", name: "docker-registry" },
  ].flatMap(({ file, name }) => (existsSync(file) ? [] : [name]));
  if (missing.may === "root" && names.length > 0 && !(await isEngineThere())) await install({ ...missing, names });
  const noEngine = await ensureDockerEngine(networks);
  if (noEngine !== null) return noEngine;
  const { ensureImages } = await openImages();
  const images = await ensureImages(config, { onPhase: (phase) => console.log(phase) });
  return images.ok ? null : images.failure.message;
}

/** The same for a production set, whose containers speak to each other, and docker compose. */
export async function prepareSet(): Promise<string | null> {
  return (await prepareContainers("own")) ?? (await ensureCompose());
}

async function install(missing: MissingPackages): Promise<void> {
  if (missing.may === "no") {
    console.log(`Missing for the tests: ${missing.names.join(" ")}`);
    return;
  }
  console.log(`Installing ${missing.names.join(", ")} …`);
  try {
    await installPackages(missing);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  }
}
