import type { Config } from "#server/config.ts";

const patienceMs = 5000;
const aliveMs = 60_000;

/** Whether a part that runs beside this process is well: what a container engine asks every half minute. Null, or what is wrong. */
export async function checkPart(config: Config, part: "web" | "engine" | "gateway", engineId: string, webPort: number): Promise<string | null> {
  if (part === "engine") return checkEngine(config, engineId);
  const address = part === "web" ? `http://127.0.0.1:${webPort}/api/health` : `http://127.0.0.1:${config.port}/api/health/live`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(patienceMs) }).catch((error: Error) => error);
  if (answer instanceof Error) return `${address} does not answer: ${answer.message}`;
  await answer.body?.cancel();
  return answer.status < 500 ? null : `${address} answers ${answer.status}`;
}

/** It says every few seconds that it is there. */
async function checkEngine(config: Config, engineId: string): Promise<string | null> {
  // Loaded for this alone: what asks every quarter of a minute should cost little.
  const { openServices } = await import("#server/container.ts");
  const services = await openServices({ ...config, logLevel: "error" }, "check");
  try {
    const alive = await services.store.listEngines(new Date(Date.now() - aliveMs));
    return alive.some(({ id }) => id.startsWith(`${engineId}-`)) ? null : `The engine ${engineId} has not reported for a minute.`;
  } finally {
    await services.close();
  }
}
