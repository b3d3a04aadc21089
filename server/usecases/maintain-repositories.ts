import type { RepositoryId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";

const lookAgainMs = 5000;
/** A machine that is never quiet has its repositories maintained all the same, gently. */
const patienceMs = 10 * 60_000;

/** Packs what became loose, one repository after the other, each when nothing runs. */
export async function maintainRepositories({ forge, log }: Pick<Services, "forge" | "log">, isQuiet: () => boolean = () => true): Promise<void> {
  for (let after: RepositoryId | null | undefined; after !== null; ) {
    const page = await forge.listRepositories(after === undefined ? {} : { after });
    if (!page.ok) return;
    for (const { id } of page.value.repositories) {
      await quiet(isQuiet);
      const done = await forge.maintain(id).catch((error: unknown) => log.warn({ err: error, repositoryId: id }, "a repository was not maintained"));
      if (done && !done.ok && done.failure.code === "unavailable") return;
    }
    after = page.value.next;
  }
}

/** Starts it and does not wait: what else is swept shall not stand behind a large repository. Never twice at once. */
export function maintenanceOf(services: Pick<Services, "forge" | "log">, isQuiet: () => boolean): () => Promise<void> {
  let going = false;
  return async () => {
    if (going) return;
    going = true;
    void maintainRepositories(services, isQuiet)
      .catch((error: unknown) => services.log.warn({ err: error }, "repositories were not maintained"))
      .finally(() => {
        going = false;
      });
  };
}

async function quiet(isQuiet: () => boolean): Promise<void> {
  for (let waited = 0; waited < patienceMs && !isQuiet(); waited += lookAgainMs) {
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs).unref());
  }
}
