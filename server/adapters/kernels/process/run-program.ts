import { execFile } from "node:child_process";

export type ProgramResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs to the end with a time limit; never rejects: a program that is absent ends with code 127. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; uid?: number; timeoutMs?: number } = {},
): Promise<ProgramResult> {
  const { promise, resolve } = Promise.withResolvers<ProgramResult>();
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  const settings = {
    ...identity,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL" as const,
    maxBuffer: 16 * 1024 * 1024,
  };
  execFile(program, args, settings, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === "number" ? error.code : error.code === "ENOENT" ? 127 : 1;
    resolve({ code, stdout: String(stdout), stderr: String(stderr) || (error?.message ?? "") });
  });
  return promise;
}

export async function canRun(program: string): Promise<boolean> {
  return (await runProgram("sh", ["-c", 'command -v -- "$1"', "sh", program])).code === 0;
}

/** An environment of just these variables. Next's types ask every environment for NODE_ENV; a kernel's has none. */
export function onlyVariables(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...variables } as unknown as NodeJS.ProcessEnv;
}
