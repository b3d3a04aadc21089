import type { HomeEntryView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeEntryView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

export type ListHomeFiles = {
  readonly folder: string;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  readonly hidden?: boolean | undefined;
};

/** One page of a folder of one's own home, folders first. Hidden names only where they are asked for. */
export async function listHomeFiles(ctx: Context, input: ListHomeFiles): Promise<Result<{ items: readonly HomeEntryView[]; next: string | null }>> {
  const home = await ownHome(ctx, "home:read");
  if (!home.ok) return home;
  if (input.folder === "") await ctx.homes.ensure(home.value);
  const { after, limit, hidden = false } = input;
  const listed = await ctx.homes.list(home.value, input.folder, {
    hidden,
    ...(after === undefined ? {} : { after }),
    ...(limit === undefined ? {} : { limit }),
  });
  return listed.ok ? ok({ items: listed.value.entries.map(homeEntryView), next: listed.value.next }) : listed;
}
