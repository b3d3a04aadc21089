import type { HomeEntryView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeEntryView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

/** Gives an upload that is complete its name. What had that name lies in the trash then. */
export async function finishHomeUpload(ctx: Context, input: { id: string }): Promise<Result<HomeEntryView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const finished = await ctx.homes.finishUpload(home.value, input.id);
  return finished.ok ? ok(homeEntryView(finished.value)) : finished;
}
