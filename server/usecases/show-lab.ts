import type { LabView } from "#lib/domain/lab.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findLabFor } from "./find-lab.ts";
import { labView } from "./lab-view.ts";

export async function showLab(ctx: Context, input: { id: string }): Promise<Result<LabView>> {
  const lab = await findLabFor(ctx, input.id, "lab:stop");
  return lab.ok ? ok(labView(lab.value, await ctx.store.usualLabStart())) : lab;
}
