import type { Services } from "#server/context.ts";

/** A project that is still being made after this long was left by a crash. */
const patienceMs = 10 * 60_000;

/** Finishes projects whose files had arrived, and undoes the others. */
export async function sweepProjects({ store, forge, log, now }: Pick<Services, "store" | "forge" | "log" | "now">): Promise<void> {
  for (const project of await store.listUnfinishedProjects(new Date(now().getTime() - patienceMs))) {
    const filled = project.repositoryId ? await forge.resolve(project.repositoryId, "main") : null;
    if (filled?.ok) await store.markProjectReady(project.id);
    else {
      if (project.repositoryId) await forge.deleteRepository(project.repositoryId);
      await store.deleteUnfinishedProject(project.id);
    }
    log.warn({ projectId: project.id, finished: filled?.ok ?? false }, "a project was left half-made");
  }
}
