import type { AreaView } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { Area } from "#server/ports/store.ts";

/** All fields of science, with how many public worksheets each has. Everybody may see them. */
export async function listAreas(ctx: Context): Promise<Result<readonly AreaView[]>> {
  return ok((await ctx.store.listAreas()).map(areaView));
}

export async function showArea(ctx: Context, input: { slug: string }): Promise<Result<AreaView>> {
  const area = await ctx.store.findArea(input.slug);
  return area ? ok(areaView(area)) : fail("not_found", "No such area.");
}

function areaView({ slug, title, description, publicWorksheets }: Area): AreaView {
  return { slug, title, description, worksheets: publicWorksheets };
}
