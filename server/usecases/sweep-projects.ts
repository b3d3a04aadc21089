import type { RepositoryId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";

/** A project that is still being made after this long was left by a crash. */
const patienceMs = 10 * 60_000;
/** Whoever makes one for a person says a word every few seconds. */
const silenceMs = 120_000;
/** A repository that no project names after this long was made in the moment of a crash. */
const orphanMs = 60 * 60_000;

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

/** Projects of people whose making fell silent: there where their files had arrived, told as interrupted where not. */
export async function sweepSilentMakings({ store, forge, log, now }: Pick<Services, "store" | "forge" | "log" | "now">): Promise<void> {
  const since = new Date(now().getTime() - silenceMs);
  for (const project of await store.listSilentMakings(since)) {
    const filled = project.repositoryId ? await forge.resolve(project.repositoryId, "main") : null;
    const problem = "The server stopped while this was being made. Nothing is wrong with what you gave: delete this and try again.";
    const ended = await store.endSilentMaking(project.id, since, filled?.ok ? { state: "ready" } : { state: "failed", problem });
    if (ended && !filled?.ok && project.repositoryId) await forge.deleteRepository(project.repositoryId);
    log.warn({ projectId: project.id, finished: filled?.ok ?? false, ended }, "the making of a project was interrupted");
  }
}

/** Removes repositories of which nobody took note, and what became of none. */
export async function sweepRepositories({ store, forge, log, now }: Pick<Services, "store" | "forge" | "log" | "now">): Promise<void> {
  await forge.sweep();
  const youngest = now().getTime() - orphanMs;
  for (let after: RepositoryId | null | undefined; after !== null; ) {
    const page = await forge.listRepositories(after === undefined ? {} : { after });
    if (!page.ok) return;
    const old = page.value.repositories.filter((one) => one.createdAt.getTime() < youngest).map((one) => one.id);
    const named = await store.listNamedRepositories(old);
    for (const id of old) {
      if (named.has(id)) continue;
      await forge.deleteRepository(id);
      log.warn({ repositoryId: id }, "a repository without a project was removed");
    }
    after = page.value.next;
  }
}
