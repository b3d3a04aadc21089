import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { ownHome } from "./own-home.ts";

/** Drops what has arrived of an upload; doing it twice is harmless. */
export async function abandonHomeUpload(ctx: Context, input: { id: string }): Promise<Result<void>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  await ctx.homes.abandonUpload(home.value, input.id);
  return ok(undefined);
}
