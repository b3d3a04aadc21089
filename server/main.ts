import path from "node:path";
import type { Config } from "./config.ts";
import { createLogger } from "./log.ts";
import { createTerminal, type Terminal } from "./supervisor/console.ts";
import { openHouse, type Scripts } from "./supervisor/house.ts";
import { openProcessLogs } from "./supervisor/process-logs.ts";

const folder = path.resolve(import.meta.dirname, "..");

/** `pages` is the folder of the built pages; null while they follow the source. */
export function scriptsOf(pages: string | null): Scripts {
  const next = ["node_modules/next/dist/bin/next", "dev", "--hostname", "127.0.0.1"];
  return {
    web: pages === null ? next : [path.join(pages, "server.js")],
    engine: ["server/engine/main.ts"],
    gateway: ["server/gateway/main.ts"],
    prepare: "server/cli/prepare.ts",
    seed: "server/cli/seed.ts",
  };
}

/** The supervisor: opens the house, says where it is, and keeps it until a signal ends it. Resolves to the exit code. */
export async function supervise(config: Config, scripts: Scripts, terminal: Terminal = createTerminal()): Promise<number> {
  const logs = openProcessLogs(path.join(config.dataFolder, "logs"), terminal);
  const log = createLogger("supervisor", config.logLevel, (line) => logs.write("supervisor", line));
  const asked = untilAskedToStop();
  const house = await Promise.race([openHouse({ config, folder, scripts, terminal, logs, log }), asked.then(() => null)]);
  // Asked to stop while still opening: the children notice that this process is gone, and leave.
  if (house === null) return 130;
  terminal.say(`Sheaf is ready at ${config.publicUrl}`);
  const signal = await asked;
  terminal.say(`Stopping (${signal}) …`);
  await house.stop();
  logs.close();
  return 0;
}

/** A second signal means "now": everything is left to end by itself when this process is gone. */
function untilAskedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (asked && signal !== "SIGHUP") process.exit(130);
        asked = true;
        resolve(signal);
      });
    }
  });
}
