import type { UserId } from "#lib/domain/ids.ts";
import type { GroupFolder } from "#lib/domain/mounts.ts";
import type { Services } from "./context.ts";

/** Far above every person's uid and gid, so that no group's is anybody's own. */
const firstGid = 1_000_000_000;

/** Folders of the groups somebody is in now, made where they lack, with what the person is there. */
export async function groupFoldersOf({ store, homes }: Pick<Services, "store" | "homes">, userId: UserId): Promise<readonly GroupFolder[]> {
  const isRoot = process.getuid?.() === 0;
  return Promise.all(
    (await store.groupsOf(userId)).map(async ({ group, role }) => {
      const gid = isRoot && group.gidOffset !== null ? firstGid + group.gidOffset : null;
      return { id: group.id, slug: group.slug, folder: await homes.ensureGroupFolder({ id: group.id, gid }), gid, role };
    }),
  );
}
