import type { HomeUploadView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeUploadView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

/** A place for a file that comes in pieces. Nothing stands at its path until all of it is there. */
export async function beginHomeUpload(ctx: Context, input: { path: string; totalBytes: number }): Promise<Result<HomeUploadView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const begun = await ctx.homes.beginUpload(home.value, input.path, input.totalBytes);
  return begun.ok ? ok(homeUploadView(begun.value)) : begun;
}
