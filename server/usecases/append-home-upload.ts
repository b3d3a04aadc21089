import type { HomeUploadView } from "#lib/domain/home.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { homeUploadView } from "./home-view.ts";
import { ownHome } from "./own-home.ts";

/** The next piece of an upload. What arrived before a cut stays. */
export async function appendHomeUpload(
  ctx: Context,
  input: { id: string; offset: number; content: ReadableStream<Uint8Array> },
): Promise<Result<HomeUploadView>> {
  const home = await ownHome(ctx, "home:write");
  if (!home.ok) return home;
  const appended = await ctx.homes.appendUpload(home.value, input.id, input.offset, input.content);
  return appended.ok ? ok(homeUploadView(appended.value)) : appended;
}
