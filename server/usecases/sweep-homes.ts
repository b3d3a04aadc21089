import type { Services } from "#server/context.ts";

/** An upload that nobody went on with for so long is none any more. */
const uploadDays = 7;
const dayMs = 86_400_000;

/** Empties the trash of every home of what has lain there for its days, and removes what was never finished. */
export async function sweepHomes({ homes, config, log, now }: Pick<Services, "homes" | "config" | "log" | "now">): Promise<void> {
  const before = (days: number): Date => new Date(now().getTime() - days * dayMs);
  for (const username of await homes.usernames()) {
    // What is made on the way goes to its person with the next call that knows their uid.
    const home = { username, uid: null };
    try {
      await homes.emptyTrash(home, { before: before(config.projects.trashDays) });
      await homes.sweep(home, before(uploadDays));
    } catch (error) {
      log.warn({ err: error, home: username }, "a home was not swept");
    }
  }
}
