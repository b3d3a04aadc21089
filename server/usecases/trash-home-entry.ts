import type { TrashedEntryView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { trashedEntryView } from "./home-view.ts";
import { refuseKeptFolder } from "./kept-folders.ts";
import { ownHome } from "./own-home.ts";

/** Puts a file or folder of one's own home into the trash, from where it comes back until its days are over. */
export async function trashHomeEntry(ctx: Context, input: { path: string }): Promise<Result<TrashedEntryView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const movable = refuseKeptFolder(input.path);
  if (!movable.ok) return movable;
  const trashed = await ctx.homes.trash(home.value, input.path);
  return trashed.ok ? ok(trashedEntryView(trashed.value, ctx.config.projects.trashDays)) : trashed;
}
