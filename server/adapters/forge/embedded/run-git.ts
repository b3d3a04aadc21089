import { spawn } from "node:child_process";
import os from "node:os";
import { FullDisk, saysFullDisk } from "./full-disk.ts";

/** What git is allowed to know: no configuration of the machine or the operator, no prompt, no translation. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    // A path is a path: "*" and ":(top)" in a file's name mean nothing more.
    GIT_LITERAL_PATHSPECS: "1",
  };
  // Web's types demand NODE_ENV of every environment; git wants none.
  return environment as NodeJS.ProcessEnv;
}

export type GitOptions = {
  readonly input?: Iterable<string | Uint8Array>;
  readonly timeoutSeconds?: number;
  /** Git is ended when it says more: a tree of a few objects can name more files than any memory holds. */
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
  /** Behind everybody who waits for an answer. */
  readonly gentle?: boolean;
};

export type GitOutcome = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string };

/**
 * Runs git once in a bare repository, never through a shell. A code other than 0 is an outcome, not an exception; null: it
 * was ended. A full disk is an exception: no caller can go on from there.
 */
export function runGit(repositoryFolder: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
  const { input = [], timeoutSeconds = 120, limitBytes = 256 * 1024 * 1024, gentle = false, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn("git", [`--git-dir=${repositoryFolder}`, ...args], {
      env: gitEnvironment(),
      stdio: "pipe",
      timeout: timeoutSeconds * 1000,
      ...(signal ? { signal } : {}),
    });
    const stdout: Buffer[] = [];
    let stderr = "";
    let left = limitBytes;
    if (gentle && child.pid !== undefined) makeGentle(child.pid);
    child.stdout.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) child.kill("SIGKILL");
      else stdout.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < 10_000) stderr += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0 && saysFullDisk(stderr)) reject(new FullDisk(`git ${args[0]}: ${stderr}`));
      else resolve({ code, stdout: Buffer.concat(stdout), stderr });
    });
    // A git that ends early closes its input; its exit code tells more than the broken pipe.
    child.stdin.on("error", () => {});
    for (const piece of input) child.stdin.write(piece);
    child.stdin.end();
  });
}

function makeGentle(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}
