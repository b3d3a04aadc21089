import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { administratorEnvironment, childEnvironment } from "#server/child-environment.ts";
import type { Config } from "#server/config.ts";
import { unfinishedRestore } from "#server/unfinished-restore.ts";
import { findPages } from "./build-pages.ts";
import { checkPart } from "./check-part.ts";
import { CommandProblem } from "./command-problem.ts";

const parts = ["prepare", "seed", "web", "engine", "gateway"] as const;
type Part = (typeof parts)[number];

const root = path.resolve(import.meta.dirname, "../..");
const usualWebPort = 3001;

/**
 * `./sheaf serve PART`: one process of the house in the foreground, where something else starts and watches it (a container
 * engine); with --check whether the one beside is well. "prepare" and "seed" end by themselves: the newest schema and the first administrator; the demo library.
 */
export async function serve(config: Config, word: string | undefined, isCheck = false): Promise<number> {
  const part = parts.find((known) => known === word);
  if (!part) throw new CommandProblem(`Say which part: ./sheaf serve ${parts.join("|")}`);
  if (config.databaseUrl === null || config.secret === null)
    throw new CommandProblem("A part by itself needs DATABASE_URL and SHEAF_SECRET, the same for all of them.");
  const webPort = config.webPort || usualWebPort;
  if (isCheck) return check(config, part, webPort);
  if (existsSync(path.join(config.dataFolder, unfinishedRestore)))
    throw new CommandProblem(`${config.dataFolder} was restored only in part. Remove what is in it, then restore the backup again.`);
  const environment = childEnvironment(config, { databaseUrl: config.databaseUrl, secret: config.secret, webPort });
  return run(await commandOf(part), { ...environment, ...(await environmentOf(part, config, webPort)) });
}

async function commandOf(part: Part): Promise<string> {
  switch (part) {
    case "web": {
      const pages = await findPages();
      if (pages === null) throw new CommandProblem("The pages are not built here: node server/cli/build-pages.ts");
      return path.join(pages, "server.js");
    }
    case "prepare":
    case "seed":
      return `server/cli/${part}.ts`;
    case "engine":
    case "gateway":
      return `server/${part}/main.ts`;
    default:
      return part satisfies never;
  }
}

async function environmentOf(part: Part, config: Config, webPort: number): Promise<Record<string, string>> {
  if (part === "prepare") return administratorEnvironment(config);
  // Next's own server reads these.
  if (part === "web") return { PORT: String(webPort), HOSTNAME: "0.0.0.0", KEEP_ALIVE_TIMEOUT: "60000" };
  if (part !== "engine") return {};
  await mkdir(config.runtimeFolder, { recursive: true, mode: 0o711 });
  return { SHEAF_ENGINE_ID: await nameAmongEngines(config) };
}

async function check(config: Config, part: Part, webPort: number): Promise<number> {
  if (part === "prepare" || part === "seed") throw new CommandProblem(`"${part}" ends by itself: there is nothing to check.`);
  const problem = await checkPart(config, part, await nameAmongEngines(config), webPort);
  if (problem !== null) console.error(problem);
  return problem === null ? 0 : 1;
}

/**
 * Engines beside each other need names of their own, and one that is made anew (a new version) needs the name it had, so that
 * it knows the kernels and labs of its former life. A container's name has both, and in a swarm its node's; its host name is drawn anew each time.
 */
async function nameAmongEngines(config: Config): Promise<string> {
  if (config.kernels.engineId !== "engine") return config.kernels.engineId;
  const hostname = os.hostname();
  const { address } = config.docker;
  if (config.kernels.adapter === "process" || !address.startsWith("unix://")) return hostname;
  // One a node: a task's container has another name each time, its node has not.
  const asked = config.kernels.adapter === "swarm" ? "/info" : `/containers/${encodeURIComponent(hostname)}/json`;
  return (await askName(address.slice("unix://".length), asked)) ?? hostname;
}

function askName(socketPath: string, question: string): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = http.get({ socketPath, path: question, timeout: 5000 }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve(answer.statusCode === 200 ? nameIn(text) : null));
    });
    asked.on("error", () => resolve(null)).on("timeout", () => asked.destroy());
  });
}

function nameIn(text: string): string | null {
  try {
    const { Name, Swarm } = JSON.parse(text) as { Name?: unknown; Swarm?: { NodeID?: unknown } };
    // Two machines may be called alike.
    const node = typeof Swarm?.NodeID === "string" && Swarm.NodeID !== "" ? `-${Swarm.NodeID.slice(0, 8)}` : "";
    const name = typeof Name === "string" ? `${Name.replace(/^\//, "")}${node}` : "";
    return /^[\w.-]{1,100}$/.test(name) ? name : null;
  } catch {
    return null;
  }
}

/** Signals go on to the process, whose end is ours. */
function run(script: string, environment: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { cwd: root, stdio: "inherit", env: environment as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv });
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill(signal === "SIGHUP" ? "SIGTERM" : signal));
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGTERM" ? 0 : 1)));
  });
}
