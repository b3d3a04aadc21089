import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { ownHome } from "./own-home.ts";

/** Removes for good what lies in the trash of one's own home: one thing, or everything. */
export async function emptyHomeTrash(ctx: Context, input: { id?: string } = {}): Promise<Result<void>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  // Also what a clock that went wrong put there tomorrow.
  const everything = { before: new Date(8.64e15) };
  await ctx.homes.emptyTrash(home.value, input.id === undefined ? everything : { id: input.id });
  return ok(undefined);
}
