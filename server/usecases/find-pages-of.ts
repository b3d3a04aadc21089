import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";

/** Addresses of the pages that show these worksheets: their own, their areas' and their projects'. */
export async function findPagesOf(ctx: Context, input: { slugs: readonly string[] }): Promise<string[]> {
  const pages = new Set<string>();
  for (const slug of input.slugs) {
    pages.add(routes.worksheet(slug));
    const row = await ctx.store.findWorksheet(slug);
    if (!row) continue;
    pages.add(routes.area(row.worksheet.areaSlug));
    pages.add(routes.project(row.project.slug));
  }
  return [...pages];
}
