import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findProjectFor } from "./find-project.ts";
import { tellGallery } from "./tell-gallery.ts";

/** Takes a worksheet out of the gallery. Runs that people made of it stay readable; published again it has its old address. */
export async function unpublishWorksheet(ctx: Context, input: { projectId: string; worksheetId: string }): Promise<Result<{ readonly id: string }>> {
  const found = await findProjectFor(ctx, input.projectId, "worksheet:publish");
  if (!found.ok) return found;
  const row = await ctx.store.findWorksheet(input.worksheetId);
  if (row?.project.id !== found.value.id) return fail("not_found", "No such worksheet.");
  await ctx.store.transaction(async (tx) => {
    if (await tx.unpublishWorksheet(row.worksheet.id, ctx.now())) await tellGallery(tx, found.value.id, found.value.slug);
  });
  return ok({ id: row.worksheet.id });
}
