import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CannotStart } from "./cannot-start.ts";
import { leash, readableLine } from "./child.ts";

export type Step = {
  readonly script: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
};

/** Runs a script to its end, and answers the lines it wrote to standard output; its log goes to `onLine`. */
export async function runStep(step: Step): Promise<string[]> {
  const child = spawn(process.execPath, ["--import", leash, step.script], {
    cwd: step.folder,
    env: step.environment as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv,
    // The channel is there to break when this process vanishes; nothing is said on it.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const said: string[] = [];
  const log: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => said.push(line));
  if (child.stderr) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.push(line);
      step.onLine(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new CannotStart(`${step.script} failed.\n${log.slice(-10).map(readableLine).join("\n")}`);
  return said;
}
