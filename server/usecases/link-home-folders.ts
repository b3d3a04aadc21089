import type { Context } from "#server/context.ts";

export type FolderLink = { readonly folder: string; readonly slug: string; readonly title: string };

/** Which projects stand behind the folders below `projects/` of one's own home. */
export async function linkHomeFolders(ctx: Context, folders: readonly string[]): Promise<readonly FolderLink[]> {
  return ctx.actor.kind === "user" ? ctx.store.listWorkingFolders(ctx.actor.userId, folders) : [];
}
