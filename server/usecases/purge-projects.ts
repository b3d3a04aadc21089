import type { Services } from "#server/context.ts";

const batch = 20;

/** Removes for good what was in the trash for longer than it can be brought back. Working copies stay in their homes as ordinary folders. */
export async function purgeProjects({
  store,
  forge,
  storage,
  config,
  log,
  now,
}: Pick<Services, "store" | "forge" | "storage" | "config" | "log" | "now">): Promise<void> {
  const before = new Date(now().getTime() - config.projects.trashDays * 86_400_000);
  for (const id of await store.listTrashedProjects(before, batch)) {
    // The rows go first: a repository without a project is found and removed later, a project without its repository would be a broken promise.
    const purged = await store.transaction((tx) => tx.purgeProject(id, before));
    if (!purged) continue;
    if (purged.repositoryId !== null) await forge.deleteRepository(purged.repositoryId);
    for (const run of purged.runs)
      await storage.removeRun({ username: null, worksheetSlug: run.worksheetSlug, runId: run.id, queuedAt: new Date(run.queuedAt) });
    log.info({ projectId: id }, "a project that was in the trash is gone");
  }
}
