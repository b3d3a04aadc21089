import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import type { Config } from "#server/config.ts";
import { openEnvironments, openKernels } from "#server/container.ts";
import { createLogger } from "#server/log.ts";
import { findRunningDatabase, findRuntime, openBridgeGuard, openImages, openSwarm } from "#server/machine.ts";
import { findPages } from "./build-pages.ts";
import { findMissingPackages } from "./host-packages.ts";
import { examineLabHosts } from "./lab-hosts.ts";

type Finding = { readonly state: "good" | "attention" | "bad"; readonly about: string; readonly text: string };

const gigabyte = 1024 ** 3;

/** Looks, changes nothing, and says what `up` would do. Exit code 1 when something would keep it from serving. */
export async function examine(config: Config): Promise<number> {
  const running = config.databaseUrl === null && (await findRunningDatabase(path.join(config.dataFolder, "postgres"))) !== null;
  // Images would be fetched: that is for the engine to do.
  const here: Config = { ...config, docker: { ...config.docker, registry: null } };
  const findings = [
    machine(),
    ...(await packages(config)),
    await environment(config),
    await pages(),
    await dataFolder(config, running),
    await space("Data folder", config.dataFolder, 2),
    await space("Cache folder", config.cacheFolder, config.kernels.adapter !== "process" || (await findRuntime(config)) ? 0 : 5),
    await port(config, running),
    ...(await examineLabHosts(config)),
    ...(await protections(here)),
    await environmentsOfProjects(here),
    ...(await networks(config)),
    ...(await swarm(config)),
  ];
  const marks = { good: "ok  ", attention: "look", bad: "BAD " } as const;
  for (const { state, about, text } of findings) console.log(`${marks[state]}  ${about}: ${text}`);
  return findings.some((finding) => finding.state === "bad") ? 1 : 0;
}

async function swarm(config: Config): Promise<Finding[]> {
  if (config.kernels.adapter !== "swarm") return [];
  const { examineSwarm } = await openSwarm();
  return (await examineSwarm(config)).map(({ holds, about, text }) => ({ state: holds ? "good" : "attention", about, text }));
}

async function environmentsOfProjects(config: Config): Promise<Finding> {
  const environments = await openEnvironments(config, createLogger("doctor", "fatal"));
  const { works, how } = await environments.describe();
  return { state: works ? "good" : "attention", about: "Environments of projects", text: how };
}

/** Of containers that have one: builds, and labs where they are given one. */
async function networks(config: Config): Promise<Finding[]> {
  if (config.kernels.adapter !== "docker") return [];
  const { holds, how } = await (await openBridgeGuard()).findBridgeGuard(config.docker);
  const whose = config.labs.network === "person" ? "builds and labs" : "builds";
  return [{ state: holds ? "good" : "attention", about: "Networks of containers", text: `those of ${whose} are ${how}` }];
}

function machine(): Finding {
  const memory = (os.totalmem() / gigabyte).toFixed(1);
  const text = `${os.availableParallelism()} processors, ${memory} GB of memory, Node ${process.versions.node}, run as ${process.getuid?.() === 0 ? "root" : os.userInfo().username}`;
  return { state: os.totalmem() < 2 * gigabyte ? "attention" : "good", about: "Machine", text };
}

async function packages(config: Config): Promise<Finding[]> {
  const missing = await findMissingPackages(config);
  if (missing.names.length === 0) return [{ state: "good", about: "Host packages", text: "all there" }];
  const names = missing.names.join(", ");
  if (missing.may === "no") return [{ state: "attention", about: "Host packages", text: `missing: ${names}. Type: ${missing.line}` }];
  return [{ state: "attention", about: "Host packages", text: `missing: ${names}. \`up\` installs them with apt.` }];
}

async function environment(config: Config): Promise<Finding> {
  if (config.kernels.adapter !== "process") {
    const images = await (await openImages()).findImages(config);
    if (!images.ok) return { state: "attention", about: "Images", text: images.failure.message };
    const { kernel, lab } = images.value;
    return { state: "good", about: "Images", text: [kernel, lab].map(({ name, id }) => `${name} (${id.slice(0, 19)})`).join(", ") };
  }
  const runtime = await findRuntime(config);
  if (runtime) return { state: "good", about: "Kernels", text: `${runtime.languages.join(" and ")} from ${runtime.root ?? "this machine's own packages"}` };
  return { state: "attention", about: "Kernels", text: "no environment yet; `up` makes one where it may (a few minutes, once)" };
}

async function pages(): Promise<Finding> {
  return (await findPages())
    ? { state: "good", about: "Pages", text: "built" }
    : { state: "attention", about: "Pages", text: "not built from today's source; `up` builds them (about a minute)" };
}

async function dataFolder(config: Config, running: boolean): Promise<Finding> {
  const about = "Data folder";
  const { dataFolder } = config;
  const found = await stat(dataFolder).catch(() => null);
  if (!found) {
    const parent = await nearest(dataFolder);
    return (await mayWrite(parent))
      ? { state: "good", about, text: `${dataFolder} will be made` }
      : { state: "bad", about, text: `${dataFolder} cannot be made: ${parent} is not yours to write in` };
  }
  if (!(await mayWrite(dataFolder))) return { state: "bad", about, text: `${dataFolder} is not yours to write in` };
  for (const name of ["secrets.json", "postgres/password"]) {
    const secret = await stat(path.join(dataFolder, name)).catch(() => null);
    if (secret && (secret.mode & 0o077) !== 0) return { state: "attention", about, text: `others may read ${name}: chmod 600 ${path.join(dataFolder, name)}` };
  }
  return {
    state: "good",
    about,
    text: `${dataFolder}${running ? ", in use by a running server" : ""}${config.databaseUrl === null ? "" : ", database by DATABASE_URL"}`,
  };
}

async function space(about: string, folder: string, neededGigabytes: number): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearest(folder));
  const free = (bavail * bsize) / gigabyte;
  return {
    state: free < neededGigabytes ? "attention" : "good",
    about: `${about}, disk`,
    text: `${free.toFixed(1)} GB free${neededGigabytes > 0 ? ` (${neededGigabytes} or more wanted)` : ""}`,
  };
}

async function port(config: Config, running: boolean): Promise<Finding> {
  const about = "Port";
  const free = await new Promise<boolean>((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(config.port, config.listen, () => server.close(() => resolve(true)));
  });
  if (free) return { state: "good", about, text: `${config.port} is free` };
  return running
    ? { state: "good", about, text: `${config.port} is taken, probably by the running server` }
    : { state: "bad", about, text: `${config.port} is taken by another program: choose one with --port` };
}

async function protections(config: Config): Promise<Finding[]> {
  const about = "Protection";
  const kernels = await openKernels(config, createLogger("doctor", "fatal"));
  try {
    const description = await kernels.describe();
    const each = description.protections.map(
      ({ name, holds, how }): Finding => ({ state: holds ? "good" : "attention", about: `${about}, ${name}`, text: holds ? how : `not protected: ${how}` }),
    );
    const visitors: Finding = description.safeForVisitors
      ? {
          state: "good",
          about: "Visitors",
          text: config.visitor.mayRun ? "may run worksheets without an account" : "may not run worksheets (SHEAF_VISITOR_RUNS is off)",
        }
      : { state: "attention", about: "Visitors", text: "may not run worksheets: the protections above do not all hold" };
    const { works, how } = description.labs;
    return [...each, { state: works ? "good" : "attention", about: "Labs", text: how }, visitors];
  } catch (error) {
    return [{ state: "attention", about, text: `cannot be told: ${(error as Error).message}` }];
  } finally {
    await kernels.close();
  }
}

async function nearest(folder: string): Promise<string> {
  for (let place = folder; ; place = path.dirname(place)) {
    const found = await stat(place).catch(() => null);
    if (found || place === path.dirname(place)) return place;
  }
}

async function mayWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
