import type { Readable } from "node:stream";
import type Docker from "dockerode";
import type { BuildPhase } from "#lib/domain/environment.ts";
import type { BuildLimits } from "#server/ports/environments.ts";
import { createLineSplitter } from "./split-lines.ts";

export type ClassicBuild = {
  readonly context: Readable;
  /** Name that the image gets. */
  readonly name: string;
  readonly dockerfile: string;
  readonly buildargs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Of each step, in their order; what comes after them belongs to the last. */
  readonly phases: readonly BuildPhase[];
  readonly network: string;
  readonly limits: BuildLimits;
  /** Size of what it stands on: what a build adds is counted from there. Null where that is not known beforehand. */
  readonly baseBytes: number | null;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: BuildPhase) => void;
  readonly onLine: (line: string) => void;
};

/** "stopped": by the signal; the others by what it did. */
export type BuildEnd = "done" | "failed" | "stopped" | "took_too_long" | "too_large";

const lookMs = 2000;
const cpuPeriodMicroseconds = 100_000;
const openFiles = 4096;
/** Of the account that a project's own files run under, in all builds together: counted by the operating system. */
const processesOfAccount = 2048;
/** Of one step, whoever it runs as. */
const processesOfStep = 512;

/**
 * One build by the engine's classic builder, which every engine has. It ends with the request: an aborted one leaves no
 * container. Throws what the engine itself says is wrong.
 */
export async function runBuild(engine: Docker, build: ClassicBuild): Promise<BuildEnd> {
  const { limits, signal } = build;
  const stop = new AbortController();
  let why: BuildEnd = "stopped";
  const end = (reason: BuildEnd): void => {
    if (!stop.signal.aborted) why = reason;
    stop.abort();
  };
  const onStopped = (): void => end("stopped");
  signal.addEventListener("abort", onStopped, { once: true });
  if (signal.aborted) end("stopped");
  const timer = setTimeout(() => end("took_too_long"), limits.seconds * 1000);
  const running: Running = { id: null, layers: [] };
  const looking = watchSize(engine, running, build, () => end("too_large"));
  try {
    const answer = await engine.buildImage(build.context, { ...optionsOf(build), abortSignal: stop.signal });
    const ended = await follow(engine, answer, build, running, stop.signal);
    if (ended === "failed") await forgetLayers(engine, running.layers);
    return ended;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    // One that was stopped goes on from there when the engine is back.
    if (why !== "stopped") await forgetLayers(engine, running.layers);
    return why;
  } finally {
    clearTimeout(timer);
    clearInterval(looking);
    signal.removeEventListener("abort", onStopped);
  }
}

/** Of a build that made nothing, its layers are in nobody's image: they would fill the disk with every try. Those that others stand on stay. */
async function forgetLayers(engine: Docker, layers: readonly string[]): Promise<void> {
  for (const id of layers.toReversed())
    await engine
      .getImage(id)
      .remove()
      .catch(() => undefined);
}

function optionsOf({ name, dockerfile, buildargs, labels, network, limits }: ClassicBuild): Docker.ImageBuildOptions {
  const ulimits = [
    { Name: "core", Soft: 0, Hard: 0 },
    { Name: "nofile", Soft: openFiles, Hard: openFiles },
    { Name: "nproc", Soft: processesOfAccount, Hard: processesOfAccount },
    { Name: "fsize", Soft: limits.diskBytes, Hard: limits.diskBytes },
  ];
  return {
    t: name,
    dockerfile,
    buildargs: { ...buildargs },
    labels: { ...labels },
    networkmode: network,
    memory: limits.memoryBytes,
    memswap: limits.memoryBytes,
    cpuperiod: cpuPeriodMicroseconds,
    cpuquota: Math.round(limits.cpus * cpuPeriodMicroseconds),
    rm: true,
    forcerm: true,
    // Understood by every engine since 1.9, though not in its types.
    ...{ ulimits: JSON.stringify(ulimits) },
  };
}

/** The container of the present step, and the layers that steps before it made. */
type Running = { id: string | null; readonly layers: string[] };
type Said = { readonly stream?: string; readonly status?: string; readonly error?: string };

/** To the end of what the engine says. */
async function follow(engine: Docker, answer: NodeJS.ReadableStream, build: ClassicBuild, running: Running, stopped: AbortSignal): Promise<BuildEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<BuildEnd>();
  const onAbort = (): void => reject(new Error("stopped"));
  stopped.addEventListener("abort", onAbort, { once: true });
  if (stopped.aborted) onAbort();
  let failed = false;
  const onLine = (line: string): void => {
    if (!takeLine(line, build, running) || running.id === null) return;
    // The builder has no such option. It is told of each step's container before that is started.
    void engine
      .getContainer(running.id)
      .update({ PidsLimit: processesOfStep })
      .catch(() => undefined);
  };
  const lines = createLineSplitter(onLine);
  const onSaid = ({ stream, status, error }: Said): void => {
    if (stream !== undefined) lines.add(stream);
    // Of a base that is fetched: each layer tells its progress many times over.
    if (status !== undefined && /^(?:Pulling from|Digest|Status)/.test(status)) build.onLine(status);
    if (error === undefined) return;
    failed = true;
    lines.end();
    createLineSplitter(build.onLine).add(`${error}\n`);
  };
  const onEnd = (error: Error | null): void => {
    lines.end();
    if (error && !failed) reject(error);
    else resolve(failed ? "failed" : "done");
  };
  engine.modem.followProgress(answer, onEnd, onSaid);
  try {
    return await promise;
  } finally {
    stopped.removeEventListener("abort", onAbort);
    // What comes after the end has nobody who listens.
    (answer as NodeJS.ReadableStream & { destroy?: () => void }).destroy?.();
  }
}

/** Whether a step's container has come to be. */
function takeLine(line: string, build: ClassicBuild, running: Running): boolean {
  const step = /^Step (\d+)\/\d+ : /.exec(line);
  const phase = step && (build.phases[Number(step[1]) - 1] ?? build.phases.at(-1));
  if (phase) build.onPhase(phase);
  // What a stage begins with is somebody else's.
  if (/^Step \d+\/\d+ : FROM /i.test(line)) running.id = null;
  const begun = /^ ---> Running in ([0-9a-f]+)/.exec(line);
  if (begun?.[1]) running.id = begun[1];
  // After a container's step what it made; of steps that were known it says so before.
  const made = /^ ---> ([0-9a-f]{12})$/.exec(line);
  if (made?.[1] && running.id !== null) running.layers.push(made[1]);
  if (!/^(?: ---> |Removing intermediate container |\[Warning\] One or more build-args)/.test(line) && line.trim() !== "") build.onLine(line);
  return begun !== null;
}

/** What the present step has written, with all before it; of steps that were over between two looks nothing is known until the end. Asking costs the engine a walk through that, so it is asked seldom. */
function watchSize(engine: Docker, running: Running, { limits, baseBytes }: ClassicBuild, onTooLarge: () => void): NodeJS.Timeout {
  let asking = false;
  /** Where the base is not known: by step, what it had written when it was looked at last. */
  const written = new Map<string, number>();
  const look = async (): Promise<void> => {
    if (asking || running.id === null) return;
    asking = true;
    const { id } = running;
    try {
      const wish = { size: true } as Docker.ContainerInspectOptions;
      const seen = (await engine.getContainer(id).inspect(wish)) as unknown as { SizeRootFs?: number; SizeRw?: number };
      written.set(id, seen.SizeRw ?? 0);
      const inSteps = [...written.values()].reduce((sum, bytes) => sum + bytes, 0);
      const added = baseBytes === null ? inSteps : (seen.SizeRootFs ?? 0) - baseBytes;
      if (added > limits.diskBytes) onTooLarge();
    } catch {
      // It has just ended, or has not begun yet.
    } finally {
      asking = false;
    }
  };
  return setInterval(() => void look(), lookMs);
}
