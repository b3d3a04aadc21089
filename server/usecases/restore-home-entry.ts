import type { HomeEntryView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeEntryView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

/** Takes something out of the trash: to where it was, or beside what is there now. */
export async function restoreHomeEntry(ctx: Context, input: { id: string }): Promise<Result<HomeEntryView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const restored = await ctx.homes.restore(home.value, input.id);
  return restored.ok ? ok(homeEntryView(restored.value)) : restored;
}
