import type { Role } from "./person.ts";

/** A folder of this machine as a container sees it. */
export type FolderMount = { readonly source: string; readonly target: string; readonly access: "read" | "write" };

/** What decides which folders somebody's lab sees. */
export type MountSubject = {
  readonly username: string;
  readonly homeFolder: string;
  /** Groups with a folder, and what the person is in each; null: nothing (any more). */
  readonly groups: readonly { readonly slug: string; readonly folder: string; readonly role: Role | null }[];
};

const accessOf = { reader: "read", writer: "write", admin: "write" } as const satisfies Record<Role, FolderMount["access"]>;

/**
 * Everything of people's files that a lab of theirs sees: their own home, in which their working copies lie, and the folders of
 * groups that they are in, to read or to write as their role says. What is not named here is not in the container at all.
 */
export function planMounts({ username, homeFolder, groups }: MountSubject): readonly FolderMount[] {
  const home: FolderMount = { source: homeFolder, target: `/home/${username}`, access: "write" };
  const shared = groups.flatMap(({ slug, folder, role }): FolderMount[] =>
    role === null ? [] : [{ source: folder, target: `/groups/${slug}`, access: accessOf[role] }],
  );
  return [home, ...shared];
}
