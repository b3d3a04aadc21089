import type { HomeEntryView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeEntryView } from "./home-view.ts";
import { refuseKeptFolder } from "./kept-folders.ts";
import { ownHome } from "./own-home.ts";

/** Moves or renames within one's own home; never over something else. */
export async function moveHomeEntry(ctx: Context, input: { from: string; to: string }): Promise<Result<HomeEntryView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const movable = refuseKeptFolder(input.from);
  if (!movable.ok) return movable;
  const moved = await ctx.homes.move(home.value, input.from, input.to);
  return moved.ok ? ok(homeEntryView(moved.value)) : moved;
}
