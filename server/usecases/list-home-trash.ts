import type { TrashedEntryView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { trashedEntryView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

/** What lies in the trash of one's own home, the latest first. */
export async function listHomeTrash(ctx: Context): Promise<Result<{ items: readonly TrashedEntryView[] }>> {
  const home = await ownHome(ctx, "home:read");
  if (!home.ok) return home;
  const trashed = await ctx.homes.listTrash(home.value);
  return ok({ items: trashed.map((entry) => trashedEntryView(entry, ctx.config.projects.trashDays)) });
}
