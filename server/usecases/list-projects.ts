import type { Page, ProjectCard } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { printCursor, readProjectCursor } from "./cursor.ts";

const limits = { usual: 48, most: 100 };

/** Public projects that have something to show, the newest first. Everybody may list them. */
export async function listProjects(ctx: Context, input: { cursor?: string | undefined; limit?: number | undefined }): Promise<Result<Page<ProjectCard>>> {
  const limit = Math.min(Math.max(1, input.limit ?? limits.usual), limits.most);
  const after = input.cursor === undefined ? undefined : readProjectCursor(input.cursor);
  if (after === null) return fail("invalid", "This page of the list cannot be found; begin with the first.", { fields: { cursor: "Unknown cursor." } });
  // One more than asked for tells whether there is a next page.
  const rows = await ctx.store.listProjects(after, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return ok({
    items: shown.map(({ slug, title, description, publicWorksheets }) => ({ slug, title, description, worksheets: publicWorksheets })),
    next: rows.length > limit && last ? printCursor([last.createdAt.toISOString(), last.id]) : null,
  });
}
