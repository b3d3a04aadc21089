import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

export type EngineProcess = { readonly child: ChildProcess; kill(signal: NodeJS.Signals): Promise<void> };

/** The engine as the supervisor starts it. Resolves when it says that it takes runs. */
export async function startEngineProcess(environment: Readonly<Record<string, string>>): Promise<EngineProcess> {
  const main = path.resolve(import.meta.dirname, "../server/engine/main.ts");
  const env = { ...process.env, ...environment } as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const ready = once(child, "message");
  await Promise.race([ready, exited.then(() => Promise.reject(new Error("the engine ended before it was ready")))]);
  return {
    child,
    async kill(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

/** Processes that belong to a site's kernels: every sandbox names its socket folder on its command line. */
export async function kernelProcesses(runtimeFolder: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const commandLine = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (commandLine.split("\0").some((word) => word.startsWith(`${runtimeFolder}/`))) found.push(Number(name));
  }
  return found;
}
