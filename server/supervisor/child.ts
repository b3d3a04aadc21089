import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { ChildMessage, PartHealth, PartState } from "#lib/gateway/health.ts";
import { nextBackOff } from "./back-off.ts";
import { CannotStart } from "./cannot-start.ts";

export type ChildSpec = {
  readonly name: string;
  /** The script and its parameters, run by the Node that runs the supervisor. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Null: the child says so itself. Otherwise asked until it resolves. */
  readonly untilReady: ((signal: AbortSignal) => Promise<void>) | null;
  readonly stopPatienceMs: number;
};

export type ChildEvents = {
  readonly onState: (health: PartHealth) => void;
  readonly onMessage: (message: ChildMessage) => void;
  readonly onLine: (line: string) => void;
};

export type SupervisedChild = {
  /** Resolves when it is ready for the first time; rejects when it failed to become so several times in a row, or says that it cannot. */
  start(): Promise<void>;
  send(message: ChildMessage): void;
  /** Ends it kindly, then not; resolves when nothing of it is left. */
  stop(): Promise<void>;
};

export const leash = path.join(import.meta.dirname, "leash.ts");
const givesUpAfter = 4;
/** A child leaves with this code when trying again would not help: its settings are wrong (sysexits: EX_CONFIG). */
const cannotWork = 78;

/** Keeps one process running: starts it, says how it is, starts it again with growing pauses when it dies. */
export function superviseChild(spec: ChildSpec, events: ChildEvents): SupervisedChild {
  const stopping = new AbortController();
  let current: ChildProcess | null = null;
  let restarts = 0;
  let tail: string[] = [];
  const report = (state: PartState, detail?: string) => events.onState({ state, since: new Date().toISOString(), restarts, ...(detail ? { detail } : {}) });

  const runOnce = async (onReady: () => void): Promise<string> => {
    report(restarts === 0 ? "starting" : "restarting");
    tail = [];
    const onLine = (line: string) => {
      tail = [...tail.slice(-9), line];
      events.onLine(line);
    };
    const child = spawnChild(spec, { ...events, onLine });
    current = child;
    const gone = new AbortController();
    const exited = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ? `ended by ${signal}` : `exit code ${code}`));
    });
    void untilChildReady(spec, child, gone.signal).then(
      () => {
        report("ready");
        onReady();
      },
      () => {},
    );
    const how = await exited;
    gone.abort();
    endGroup(child);
    return how;
  };

  const keepRunning = async (onReady: () => void, giveUp: (error: Error) => void) => {
    let failures = 0;
    let wasReady = false;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      const how = await runOnce(() => {
        wasReady = true;
        onReady();
      });
      if (stopping.signal.aborted) break;
      const backOff = nextBackOff(failures, Date.now() - startedAt);
      failures = backOff.failures;
      if (!wasReady && (failures >= givesUpAfter || how === `exit code ${cannotWork}`)) {
        report("down", how);
        return giveUp(new CannotStart(`${spec.name} does not start (${how}).\n${tail.map(readableLine).join("\n")}`));
      }
      restarts += 1;
      report("restarting", how);
      await pause(backOff.waitMs, stopping.signal);
    }
    report("down");
  };

  let finished: Promise<void> = Promise.resolve();
  return {
    start: () =>
      new Promise<void>((resolve, reject) => {
        finished = keepRunning(resolve, reject);
      }),
    send: (message) => {
      if (current?.connected) current.send(message, () => {});
    },
    stop: async () => {
      stopping.abort();
      current?.kill("SIGTERM");
      const late = setTimeout(() => current?.kill("SIGKILL"), spec.stopPatienceMs);
      await finished;
      clearTimeout(late);
    },
  };
}

function spawnChild(spec: ChildSpec, events: ChildEvents): ChildProcess {
  const child = spawn(process.execPath, ["--import", leash, ...spec.command], {
    cwd: spec.folder,
    env: { ...spec.environment } as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A session of its own: Ctrl-C in the terminal is for the supervisor, which ends the others in order.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on("line", events.onLine);
  child.on("message", (message) => {
    if (isChildMessage(message)) events.onMessage(message);
  });
  return child;
}

async function untilChildReady(spec: ChildSpec, child: ChildProcess, gone: AbortSignal): Promise<void> {
  if (spec.untilReady) return spec.untilReady(gone);
  await new Promise<void>((resolve) => {
    child.on("message", (message) => {
      if (isChildMessage(message) && message.type === "ready") resolve();
    });
  });
}

/** What the process started itself goes with it. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing was left.
  }
}

function isChildMessage(message: unknown): message is ChildMessage {
  return typeof message === "object" && message !== null && "type" in message && (message.type === "ready" || message.type === "health");
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}

/** A structured line as a person reads it; anything else as it is. */
export function readableLine(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter((part) => part !== undefined).join(": ") || line;
  } catch {
    return line;
  }
}
