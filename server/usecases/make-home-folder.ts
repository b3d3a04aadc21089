import type { HomeEntryView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeEntryView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

export async function makeHomeFolder(ctx: Context, input: { path: string }): Promise<Result<HomeEntryView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const made = await ctx.homes.makeFolder(home.value, input.path);
  return made.ok ? ok(homeEntryView(made.value)) : made;
}
