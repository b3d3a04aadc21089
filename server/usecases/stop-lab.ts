import type { LabView } from "#lib/domain/lab.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findLabFor } from "./find-lab.ts";
import { labView } from "./lab-view.ts";

/** One that waits ends at once, one that runs when its engine hears of it. Files stay; asking twice is harmless. */
export async function stopLab(ctx: Context, input: { id: string }): Promise<Result<LabView>> {
  const lab = await findLabFor(ctx, input.id, "lab:stop");
  if (!lab.ok) return lab;
  const isOwn = ctx.actor.kind === "user" && ctx.actor.userId === lab.value.userId;
  await ctx.store.requestLabStop(lab.value.id, isOwn ? "person" : "administrator", ctx.now());
  const now = await ctx.store.findLab(lab.value.id);
  return now ? ok(labView(now, await ctx.store.usualLabStart())) : fail("not_found", "No such session.");
}
