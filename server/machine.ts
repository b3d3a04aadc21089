/**
 * What a machine needs before there are services: a database to speak to, its newest schema, an environment for
 * kernels. Beside container.ts the only importer of adapters; for the supervisor and the commands alone.
 */
export { type EmbeddedPostgres, startEmbeddedPostgres } from "./adapters/database/embedded.ts";
export { openForeignDatabase } from "./adapters/database/foreign.ts";
export { findRunningDatabase } from "./adapters/database/running.ts";
export { ensureRuntime, findRuntime } from "./adapters/kernels/process/runtime.ts";
export { hostPackages, hostRuntimePackages } from "./adapters/kernels/process/runtime-packages.ts";

/** What keeps containers from this machine's own services. Loaded when asked for, as all that containers need. */
export async function openBridgeGuard(): Promise<typeof import("./adapters/kernels/docker/bridge-guard.ts")> {
  return import("./adapters/kernels/docker/bridge-guard.ts");
}

/** Images for containers, where those isolate kernels. */
export async function openImages(): Promise<typeof import("./adapters/kernels/docker/build-images.ts")> {
  return import("./adapters/kernels/docker/build-images.ts");
}

/** What one of several machines needs. Loaded when asked for. */
export async function openSwarm(): Promise<typeof import("./adapters/kernels/swarm/examine.ts")> {
  return import("./adapters/kernels/swarm/examine.ts");
}

/** Backups of a data folder and its database. Loaded when asked for: servers never do. */
export async function openBackups() {
  const [folder, making, checking, restoring] = await Promise.all([
    import("./adapters/backup/backup-folder.ts"),
    import("./adapters/backup/back-up.ts"),
    import("./adapters/backup/check-backup.ts"),
    import("./adapters/backup/restore.ts"),
  ]);
  return { ...folder, ...making, ...checking, ...restoring };
}

/** Brings a database to the newest schema. Loaded when asked for: the supervisor never does. */
export async function migrate(databaseUrl: string): Promise<void> {
  const store = await import("./adapters/store/migrate.ts");
  await store.migrate(databaseUrl);
}
