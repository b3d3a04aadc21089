import type { HomeUsageView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { ownHome } from "./own-home.ts";

/** How much of its room one's own home takes, as of some seconds ago at most. */
export async function showHomeUsage(ctx: Context): Promise<Result<HomeUsageView>> {
  const home = await ownHome(ctx, "home:read");
  if (!home.ok) return home;
  const { countedAt, ...usage } = await ctx.homes.usage(home.value);
  return ok({ ...usage, countedAt: countedAt.toISOString() });
}
