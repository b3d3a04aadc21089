import type { ChildMessage, PartHealth } from "#lib/gateway/health.ts";
import { loadConfig } from "#server/config.ts";
import { openEnvironments, openKernels, openServices } from "#server/container.ts";
import { type Engine, startEngine } from "./engine.ts";

/** The engine's own process: `node server/engine/main.ts`, usually started by the supervisor. */
const config = loadConfig();
const services = await openServices(config, "engine");
const { log } = services;
let ending = false;
let engine: Engine | null = null;

async function end(why: string): Promise<void> {
  if (ending) return;
  ending = true;
  log.info({ why }, "the engine stops");
  // Whatever hangs: the next start finds the runs and sweeps the kernels.
  setTimeout(() => process.exit(1), 20_000).unref();
  try {
    await engine?.stop();
    await services.close();
  } finally {
    process.exit(0);
  }
}

/** An engine without kernels has told everybody so: one that begins anew, which the supervisor sees to, tells them otherwise. */
function restartWhenKernelsCome(): void {
  const look = async (): Promise<void> => {
    const now = await kernels.describe().catch(() => null);
    if (now !== null && now.languages.length > 0) await end("kernels can be had now");
  };
  setInterval(() => void look(), 5000).unref();
}

process.on("SIGTERM", () => void end("SIGTERM"));
process.on("SIGINT", () => void end("SIGINT"));
process.on("disconnect", () => void end("the supervisor is gone"));
process.on("unhandledRejection", (error) => log.error({ err: error }, "a promise was left alone"));
const kernels = await openKernels(config, log);
engine = await startEngine(services, kernels, await openEnvironments(config, log));
const { safeForVisitors, protections, labs, languages } = await kernels.describe();
if (languages.length === 0) restartWhenKernelsCome();
const lacking = protections.filter((protection) => !protection.holds).map((protection) => protection.name);
const details = [...(lacking.length > 0 ? [`not protected: ${lacking.join(", ")}`] : []), ...(labs.works ? [] : [labs.how])];
const kernelsHealth: PartHealth = {
  state: safeForVisitors ? "ready" : "degraded",
  since: new Date().toISOString(),
  ...(details.length > 0 ? { detail: details.join("; ") } : {}),
};
process.send?.({ type: "health", parts: { kernels: kernelsHealth } } satisfies ChildMessage);
process.send?.({ type: "ready" } satisfies ChildMessage);
log.info({ capacity: config.kernels.capacity }, "the engine takes runs");
