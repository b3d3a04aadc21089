import type { LabView } from "#lib/domain/lab.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findLabFor } from "./find-lab.ts";
import { labView } from "./lab-view.ts";

/** "I am still here": an idle lab is left alone for its whole time once more. */
export async function keepLab(ctx: Context, input: { id: string }): Promise<Result<LabView>> {
  const lab = await findLabFor(ctx, input.id, "lab:use");
  if (!lab.ok) return lab;
  if (!(await ctx.store.keepLab(lab.value.id, ctx.now()))) return fail("conflict", "This lab has stopped. Open it again; your files are as they were.");
  return ok(labView({ ...lab.value, stopsAt: null }, await ctx.store.usualLabStart()));
}
