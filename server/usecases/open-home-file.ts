import type { Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { HomeEntry, OpenHomeFile } from "#server/ports/homes.ts";
import { ownHome } from "./own-home.ts";

/** Bytes of a file of one's own home; `range` with its end exclusive. */
export async function openHomeFile(ctx: Context, input: { path: string; range?: { start: number; end: number } }): Promise<Result<OpenHomeFile>> {
  const home = await ownHome(ctx, "home:read");
  return home.ok ? ctx.homes.open(home.value, input.path, input.range) : home;
}

/** What there is at a path of one's own home, without opening it. */
export async function findHomeEntry(ctx: Context, input: { path: string }): Promise<Result<HomeEntry>> {
  const home = await ownHome(ctx, "home:read");
  return home.ok ? ctx.homes.find(home.value, input.path) : home;
}
