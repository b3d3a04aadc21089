import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "#server/log.ts";

/**
 * Ends the PostgreSQL processes that a killed supervisor left on this cluster, and removes the file they claimed it with.
 * They are known by their working directory, which is the cluster itself whatever path it was mounted under:
 * numbers in a file may by now be somebody else's.
 */
export async function endLeftovers(cluster: string, log: Logger): Promise<void> {
  for (const [signal, patienceMs] of [
    ["SIGINT", 15_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    const found = await processesIn(cluster);
    if (found.length === 0) break;
    log.warn({ count: found.length, signal }, "ending database processes of an earlier start");
    // Only the postmaster understands "fast"; its children follow it.
    for (const pid of signal === "SIGKILL" ? found : await parentsAmong(found)) endProcess(pid, signal);
    const until = Date.now() + patienceMs;
    while (Date.now() < until && (await processesIn(cluster)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if ((await processesIn(cluster)).length > 0) throw new Error(`Another PostgreSQL works on ${cluster} and cannot be ended.`);
  await rm(path.join(cluster, "postmaster.pid"), { force: true });
}

async function processesIn(cluster: string): Promise<number[]> {
  const place = await stat(cluster).catch(() => null);
  if (!place) return [];
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // Processes of other users answer with an error; none of those can be ours.
    const working = await stat(`/proc/${name}/cwd`).catch(() => null);
    if (working?.ino !== place.ino || working.dev !== place.dev) continue;
    const command = await readFile(`/proc/${name}/comm`, "utf8").catch(() => "");
    if (command.trim() === "postgres") found.push(Number(name));
  }
  return found;
}

async function parentsAmong(pids: readonly number[]): Promise<number[]> {
  const parents: number[] = [];
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    if (!pids.includes(parent)) parents.push(pid);
  }
  return parents;
}

function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}
