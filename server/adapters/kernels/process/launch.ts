import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { onlyVariables } from "./run-program.ts";
import { descriptors } from "./sandbox-arguments.ts";

export type Launched = {
  readonly child: ChildProcess;
  /** Host's process id of the sandbox's first process; null where it never came so far. */
  readonly initPid: Promise<number | null>;
  readonly exit: Promise<number | null>;
};

/** Enters the control groups before anything else runs, so that no process is ever outside of them. */
const enterGroups = 'while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done; shift; exec "$@"';

/** Starts bubblewrap (or a bare kernel) with its output in `logFile`; `seccomp` and the sandbox's report travel by descriptors. */
export function launch(
  command: readonly string[],
  options: { joinFiles: readonly string[]; seccomp: Buffer | null; logFile: string; place?: { cwd: string; env: Record<string, string> }; hasInput?: boolean },
): Launched {
  const log = openSync(options.logFile, "a", 0o600);
  const extra = options.seccomp === null ? [] : (["pipe", "pipe"] as const);
  const { env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }, ...place } = options.place ?? {};
  const settings: SpawnOptions = { stdio: [options.hasInput ? "pipe" : "ignore", log, log, ...extra], env: onlyVariables(env), ...place };
  const child: ChildProcess = spawn("sh", ["-c", enterGroups, "sh", ...options.joinFiles, "--", ...command], settings);
  closeSync(log);
  const exited = Promise.withResolvers<number | null>();
  child.once("exit", (code) => exited.resolve(code));
  child.once("error", () => exited.resolve(null));
  if (options.seccomp === null) return { child, initPid: Promise.resolve(child.pid ?? null), exit: exited.promise };
  const seccomp = child.stdio[descriptors.seccomp] as Writable;
  seccomp.on("error", () => undefined);
  seccomp.end(options.seccomp);
  return { child, initPid: readInitPid(child.stdio[descriptors.info] as Readable), exit: exited.promise };
}

async function readInitPid(report: Readable): Promise<number | null> {
  let text = "";
  try {
    for await (const chunk of report) text += String(chunk);
    return (JSON.parse(text) as { "child-pid": number })["child-pid"];
  } catch {
    return null;
  }
}
