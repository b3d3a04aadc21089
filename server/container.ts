import path from "node:path";
import { createEmbeddedForge } from "./adapters/forge/embedded/forge.ts";
import { createFileHomes } from "./adapters/storage/files/homes.ts";
import { createFileStorage } from "./adapters/storage/files/storage.ts";
import { connectDatabase } from "./adapters/store/connect.ts";
import { createStore } from "./adapters/store/store.ts";
import type { Config } from "./config.ts";
import type { Services } from "./context.ts";
import { createLogger, type Logger } from "./log.ts";
import type { EnvironmentsPort } from "./ports/environments.ts";
import type { KernelsPort } from "./ports/kernels.ts";
import type { Store } from "./ports/store.ts";

export type OpenServices = Services & { close(): Promise<void> };

/** Chooses the adapters for one process. `processName` is what logs and the database's list of connections show. */
export async function openServices(config: Config, processName: string): Promise<OpenServices> {
  if (config.databaseUrl === null) throw new Error("DATABASE_URL is not set: `sheaf up` gives it to its processes.");
  const log = createLogger(processName, config.logLevel);
  const store = createStore(connectDatabase(config.databaseUrl, { max: 10, applicationName: `sheaf ${processName}` }));
  const forge = createEmbeddedForge({ folder: path.join(config.dataFolder, "repositories"), importAllow: config.projects.importAllow });
  const storage = createFileStorage({ dataFolder: config.dataFolder, homeBytes: config.person.homeBytes });
  const homes = createFileHomes({ dataFolder: config.dataFolder, homeBytes: config.person.homeBytes });
  return {
    config,
    store,
    forge,
    storage,
    homes,
    log,
    now: () => new Date(),
    async close() {
      await forge.close();
      await store.close();
    },
  };
}

/** The database alone, for a process that needs nothing else. */
export function openStore(config: Config, processName: string, connections: number): Store {
  if (config.databaseUrl === null) throw new Error("DATABASE_URL is not set: `sheaf up` gives it to its processes.");
  return createStore(connectDatabase(config.databaseUrl, { max: connections, applicationName: `sheaf ${processName}` }));
}

/** Only the engine starts kernels: the other processes never load what that needs. */
export async function openKernels(config: Config, log: Logger): Promise<KernelsPort> {
  if (config.kernels.adapter === "swarm") {
    const { createSwarmKernels } = await import(/* turbopackIgnore: true */ "#server/adapters/kernels/swarm/kernels.ts");
    return createSwarmKernels(config, log);
  }
  if (config.kernels.adapter === "docker") {
    const { createDockerKernels } = await import(/* turbopackIgnore: true */ "#server/adapters/kernels/docker/kernels.ts");
    return createDockerKernels(config, log);
  }
  const { createProcessKernels } = await import(/* turbopackIgnore: true */ "#server/adapters/kernels/process/kernels.ts");
  return createProcessKernels(config, log);
}

/** Makes what projects ask for, where kernels are then started in it; only the engine does. */
export async function openEnvironments(config: Config, log: Logger): Promise<EnvironmentsPort> {
  if (config.kernels.adapter !== "process") {
    const { createDockerEnvironments } = await import(/* turbopackIgnore: true */ "#server/adapters/environments/docker/environments.ts");
    return createDockerEnvironments(config, log);
  }
  const { createProcessEnvironments } = await import(/* turbopackIgnore: true */ "#server/adapters/environments/process/environments.ts");
  return createProcessEnvironments(config, log);
}
