import type { HomeUploadView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeUploadView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

/** How far an upload is: where its next piece begins. */
export async function findHomeUpload(ctx: Context, input: { id: string }): Promise<Result<HomeUploadView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const found = await ctx.homes.findUpload(home.value, input.id);
  return found.ok ? ok(homeUploadView(found.value)) : found;
}
