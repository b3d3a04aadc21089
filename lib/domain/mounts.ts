import type { GroupId } from "./ids.ts";
import type { Role } from "./person.ts";

/** A folder of this machine as a lab sees it. */
export type FolderMount = { readonly source: string; readonly target: string; readonly access: "read" | "write" };

/** A group's folder, and what the person is in the group; null: nothing (any more). `gid`: whose the folder is, where folders have owners. */
export type GroupFolder = { readonly id: GroupId; readonly slug: string; readonly folder: string; readonly gid: number | null; readonly role: Role | null };

/** What decides which folders somebody's lab sees. */
export type MountSubject = { readonly username: string; readonly homeFolder: string; readonly groups: readonly GroupFolder[] };

export type MountPlan = { readonly home: FolderMount; readonly groups: readonly FolderMount[] };

const accessOf = { reader: "read", writer: "write", admin: "write" } as const satisfies Record<Role, FolderMount["access"]>;

/** Where labs see the folders of groups: every root file system has a place there, and nothing of its own in it. */
export const groupsInside = "/mnt";

/**
 * Everything of people's files that a lab of theirs sees: their own home, in which their working copies lie, and the folders of
 * groups that they are in, to read or to write as their role says. What is not named here is not in the lab at all.
 */
export function planMounts({ username, homeFolder, groups }: MountSubject): MountPlan {
  return {
    home: { source: homeFolder, target: `/home/${username}`, access: "write" },
    groups: groups.flatMap(({ slug, folder, role }): FolderMount[] =>
      role === null ? [] : [{ source: folder, target: `${groupsInside}/${slug}`, access: accessOf[role] }],
    ),
  };
}

/** Names of groups whose folder a lab was given, and may no longer have, or no longer write to. `now`: what the person is in which group. */
export function lostGroups(given: readonly GroupFolder[], now: readonly Pick<GroupFolder, "id" | "role">[]): readonly string[] {
  return given
    .filter((group) => {
      const had = group.role && accessOf[group.role];
      const role = now.find(({ id }) => id === group.id)?.role ?? null;
      return had !== null && (role === null || (had === "write" && accessOf[role] === "read"));
    })
    .map(({ slug }) => slug);
}
