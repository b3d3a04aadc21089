import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { freePort } from "#server/free-port.ts";
import { processesBelow, processesNaming, type SeenProcess } from "./processes.ts";

/** A real `./sheaf up` for journeys and benchmarks, started as a person would start it. */
export type SheafServer = {
  /** Answers the API from Node, which cannot resolve names below localhost. */
  readonly url: string;
  /** What a browser opens, as the server itself told it. */
  readonly publicUrl: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly startedInMs: number;
  readonly output: () => string;
  readonly processes: () => SeenProcess[];
  /** Ctrl-C; answers what is still alive afterwards, which should be nothing. */
  readonly stop: () => Promise<SeenProcess[]>;
  /** Ends supervisor, gateway, web and engine at once with SIGKILL: no chance to tidy up. "everything": the database and the kernels too. */
  readonly killHard: (what?: "own processes" | "everything") => Promise<void>;
};

export type StartSheaf = {
  readonly dataFolder: string;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** A first start may install packages and build a runtime. */
  readonly timeoutSeconds?: number;
};

const root = path.resolve(import.meta.dirname, "..");
const readyLine = /Sheaf is ready at (https?:\/\/[^\s/]+)/;

/** Resolves when the server says that it is ready; throws with its last lines when it ends or stays silent. */
export async function startSheaf({ dataFolder, port = 0, environment = {}, timeoutSeconds = 1200 }: StartSheaf): Promise<SheafServer> {
  const chosenPort = port || (await freePort());
  const began = performance.now();
  const child = spawn("./sheaf", ["up", "--port", String(chosenPort), "--data", dataFolder], {
    cwd: root,
    // The same journeys on another adapter: SHEAF_KERNELS=docker.
    env: { ...withoutOwnSettings(process.env), ...(process.env.SHEAF_KERNELS ? { SHEAF_KERNELS: process.env.SHEAF_KERNELS } : {}), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listen = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-400_000);
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const publicUrl = await waitForReady(child, () => output, timeoutSeconds);
  const pid = child.pid ?? 0;
  return {
    url: `http://localhost:${chosenPort}`,
    publicUrl,
    port: chosenPort,
    dataFolder,
    startedInMs: performance.now() - began,
    output: () => output,
    processes: () => processesBelow(pid),
    stop: () => stopGently(child, dataFolder),
    killHard: (what = "own processes") => killEverything(child, what),
  };
}

/** A setting of whoever runs the tests must not leak into the server under test. */
function withoutOwnSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !(name.startsWith("SHEAF_") && !name.startsWith("SHEAF_CACHE")) && name !== "DATABASE_URL"),
  ) as NodeJS.ProcessEnv;
}

async function waitForReady(child: ChildProcess, output: () => string, timeoutSeconds: number): Promise<string> {
  const giveUpAt = Date.now() + timeoutSeconds * 1000;
  while (Date.now() < giveUpAt) {
    const ready = readyLine.exec(output());
    if (ready?.[1]) return ready[1];
    if (child.exitCode !== null) throw new Error(`./sheaf up ended with ${child.exitCode}:\n${output().slice(-4000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGINT");
  throw new Error(`./sheaf up was not ready after ${timeoutSeconds} s:\n${output().slice(-4000)}`);
}

async function stopGently(child: ChildProcess, dataFolder: string): Promise<SeenProcess[]> {
  const family = processesBelow(child.pid ?? 0);
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
    await ended;
    clearTimeout(late);
  }
  const left = () => [...family.filter((seen) => seen.lives()), ...processesNaming(dataFolder)].filter((seen) => seen.pid !== child.pid);
  // What ends because the supervisor is gone needs a moment to notice.
  for (let waited = 0; waited < 5000 && left().length > 0; waited += 100) await new Promise((resolve) => setTimeout(resolve, 100));
  return [...new Map(left().map((seen) => [seen.pid, seen])).values()];
}

async function killEverything(child: ChildProcess, what: "own processes" | "everything"): Promise<void> {
  const isOwn = (seen: SeenProcess) => seen.pid === child.pid || /\bserver\/|server\.js|next-server/.test(seen.command);
  const own = processesBelow(child.pid ?? 0).filter((seen) => what === "everything" || isOwn(seen));
  const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : Promise.resolve();
  for (const seen of own) {
    try {
      process.kill(seen.pid, "SIGKILL");
    } catch {
      // It ended with its parent.
    }
  }
  await ended;
}
