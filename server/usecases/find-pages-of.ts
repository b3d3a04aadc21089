import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";

/**
 * Addresses of the pages that show what changed: of a worksheet its own, its area's and its project's. A name with
 * "project:" or "area:" before it is that page alone, for what a worksheet has left.
 */
export async function findPagesOf(ctx: Context, input: { slugs: readonly string[] }): Promise<string[]> {
  const pages = new Set<string>();
  for (const slug of input.slugs) {
    if (slug.startsWith("project:")) pages.add(routes.project(slug.slice("project:".length)));
    else if (slug.startsWith("area:")) pages.add(routes.area(slug.slice("area:".length)));
    else await addWorksheet(ctx, slug, pages);
  }
  return [...pages];
}

async function addWorksheet(ctx: Context, slug: string, pages: Set<string>): Promise<void> {
  pages.add(routes.worksheet(slug));
  const row = await ctx.store.findWorksheet(slug);
  if (!row) return;
  pages.add(routes.area(row.worksheet.areaSlug));
  pages.add(routes.project(row.project.slug));
}
