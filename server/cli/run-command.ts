import { spawn } from "node:child_process";

export type Outcome = { readonly code: number | null; readonly output: string };

/** Runs a program to its end and answers what it said (the last 20,000 characters); a missing program answers code 127. */
export async function runCommand(command: readonly string[], options: { cwd?: string; environment?: Record<string, string> } = {}): Promise<Outcome> {
  const [program = "", ...parameters] = command;
  const child = spawn(program, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.environment ? { env: options.environment as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv } : {}),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output = (output + chunk).slice(-20_000)));
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      output = error.message;
      resolve(error.code === "ENOENT" ? 127 : 1);
    });
    child.once("close", resolve);
  });
  return { code, output };
}
