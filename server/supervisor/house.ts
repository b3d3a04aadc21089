import { lstat, mkdir, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { type ChildMessage, type Health, type PartHealth, type PartName, summarizeHealth } from "#lib/gateway/health.ts";
import { administratorEnvironment, childEnvironment } from "#server/child-environment.ts";
import type { Config } from "#server/config.ts";
import { freePort } from "#server/free-port.ts";
import type { Logger } from "#server/log.ts";
import { CannotStart } from "./cannot-start.ts";
import { type ChildSpec, type SupervisedChild, superviseChild } from "./child.ts";
import type { Terminal } from "./console.ts";
import { lockDataFolder } from "./data-lock.ts";
import { keepDatabase } from "./database.ts";
import type { ProcessLogs } from "./process-logs.ts";
import { runStep } from "./run-step.ts";
import { readOrMakeSecrets } from "./secrets.ts";

export type House = { health(): Health; stop(): Promise<void> };

/** The processes of a house; tests put small ones in their place. */
export type Scripts = {
  readonly web: readonly string[];
  readonly engine: readonly string[];
  readonly gateway: readonly string[];
  readonly prepare: string | null;
  readonly seed: string | null;
};

export type HouseOptions = {
  readonly config: Config;
  readonly folder: string;
  readonly scripts: Scripts;
  readonly terminal: Terminal;
  readonly logs: ProcessLogs;
  readonly log: Logger;
};

type Closing = { push(close: () => Promise<void> | void): void; closeAll(): Promise<void> };

/** Opens everything in order; resolves when people can be served. What was opened is closed again when a later step fails. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const closing = createClosing();
  try {
    return await open(options, closing);
  } catch (error) {
    await closing.closeAll();
    throw error;
  }
}

async function open(options: HouseOptions, closing: Closing): Promise<House> {
  const { config, terminal, scripts } = options;
  const lock = await lockDataFolder(config.dataFolder, `process ${process.pid}, ${config.publicUrl}`);
  closing.push(() => lock.release());
  await makeRuntimeFolder(config.runtimeFolder);
  const parts = createParts(options);
  const secrets = await readOrMakeSecrets(config.dataFolder);
  const database = await terminal.phase("Starting the database", () => keepDatabase(config, options.log, (health) => parts.set("database", health)));
  closing.push(() => database.stop());
  const environment = childEnvironment(config, { databaseUrl: database.url, secret: config.secret ?? secrets.authSecret, webPort: await freePort() });
  const { prepare, seed } = scripts;
  const step = (script: string) =>
    runStep({
      script,
      folder: options.folder,
      environment: { ...environment, ...administratorEnvironment(config) },
      onLine: (line) => options.logs.write("supervisor", line),
    });
  if (prepare) for (const line of await terminal.phase("Bringing the database up to date", () => step(prepare))) terminal.say(line);
  await terminal.phase("Opening the house", () => startProcesses(options, environment, parts, closing));
  if (seed && config.demo) await fillLibrary(options, () => step(seed));
  return { health: parts.health, stop: () => closing.closeAll() };
}

/** The first time people wait for results worth seeing; later ones only look for what changed, while people are served. */
async function fillLibrary({ config, terminal, log }: HouseOptions, fill: () => Promise<string[]>): Promise<void> {
  const mark = path.join(config.dataFolder, "demo-library-filled");
  const wasFilled = await lstat(mark).then(
    () => true,
    () => false,
  );
  if (wasFilled) {
    void fill().then(
      (lines) => lines.forEach(terminal.say),
      (error: unknown) => log.info({ err: error }, "the demo library was not looked through"),
    );
    return;
  }
  for (const line of await terminal.phase("Filling the demo library", fill)) terminal.say(line);
  await writeFile(mark, "");
}

async function startProcesses(options: HouseOptions, environment: Record<string, string>, parts: Parts, closing: Closing): Promise<void> {
  const { scripts, folder } = options;
  const shared = { folder, environment, untilReady: null, stopPatienceMs: 10_000 };
  const webPort = Number(environment.SHEAF_WEB_PORT);
  // Next's own server reads these two.
  const webEnvironment = { ...environment, PORT: String(webPort), HOSTNAME: "127.0.0.1", KEEP_ALIVE_TIMEOUT: "60000" };
  const specs: readonly ChildSpec[] = [
    { ...shared, name: "engine", command: scripts.engine },
    {
      ...shared,
      name: "web",
      command: scripts.web,
      environment: webEnvironment,
      untilReady: (signal) => (options.config.development ? untilListens(webPort, signal) : untilAnswers(webPort, signal)),
      stopPatienceMs: 5_000,
    },
    { ...shared, name: "gateway", command: scripts.gateway, stopPatienceMs: 3_000 },
  ];
  const children = specs.map((spec) => {
    const name = spec.name as PartName;
    const child = superviseChild(spec, {
      onState: (health) => parts.set(name, health),
      onMessage: (message) => parts.hear(name, message),
      onLine: (line) => options.logs.write(name, line),
    });
    if (name === "gateway") parts.tellTo(child);
    return child;
  });
  closing.push(async () => {
    // The door first, so that nobody is let in while the others leave.
    await children.at(-1)?.stop();
    await Promise.all(children.slice(0, -1).map((child) => child.stop()));
  });
  await Promise.all(children.map((child) => child.start()));
}

type Parts = {
  set(name: PartName, health: PartHealth): void;
  hear(from: PartName, message: ChildMessage): void;
  tellTo(gateway: SupervisedChild): void;
  health(): Health;
};

/** The state of every part, told to the gateway whenever it changes. */
function createParts({ log, terminal }: Pick<HouseOptions, "log" | "terminal">): Parts {
  const parts: Partial<Record<PartName, PartHealth>> = {};
  let gateway: SupervisedChild | null = null;
  const tell = () => gateway?.send({ type: "health", parts });
  return {
    set(name, health) {
      parts[name] = health;
      // Only the engine knows of kernels, so without it nothing is known of them.
      if (name === "engine" && health.state !== "ready") delete parts.kernels;
      log.info({ part: name, ...health }, "part changed");
      if (health.state === "restarting" && health.detail) terminal.warn(`The ${name} ended (${health.detail}); it is started again.`);
      tell();
    },
    hear(from, message) {
      if (message.type !== "health" || from !== "engine") return;
      if (message.parts.kernels) parts.kernels = message.parts.kernels;
      tell();
    },
    tellTo(child) {
      gateway = child;
    },
    health: () => summarizeHealth(parts),
  };
}

/** Pages that follow the source are compiled when they are first asked for, which may take a minute: listening is enough. */
async function untilListens(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const listens = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("close", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (listens) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("It ended first.");
}

/** Any answer will do: whether the pages behind it are well is theirs to say. */
async function untilAnswers(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`, { signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer && answer.status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("It ended first.");
}

/** In /tmp somebody else may have made a folder of that name to look into what we put there. */
async function makeRuntimeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  for (const place of [path.dirname(folder), folder]) {
    const found = await lstat(place);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) throw new CannotStart(`${place} belongs to somebody else: remove it, then start again.`);
  }
}

/** Last opened, first closed; closing twice waits for the first time. */
function createClosing(): Closing {
  const closers: (() => Promise<void> | void)[] = [];
  let closed: Promise<void> | null = null;
  const closeAll = async () => {
    for (const close of closers.reverse()) await close();
  };
  return { push: (close) => void closers.push(close), closeAll: () => (closed ??= closeAll()) };
}
