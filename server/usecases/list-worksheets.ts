import type { Page, WorksheetCard } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { GalleryPosition, Project } from "#server/ports/store.ts";
import { printCursor, readGalleryCursor } from "./cursor.ts";
import { worksheetCard } from "./worksheet-card.ts";

export type ListWorksheets = {
  readonly query?: string | undefined;
  readonly area?: string | undefined;
  readonly tag?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

const limits = { usual: 24, most: 100 };

/** Public worksheets: official ones first, then the newest; with words, the best match first. Everybody may list them. */
export function listWorksheets(ctx: Context, input: ListWorksheets): Promise<Result<Page<WorksheetCard>>> {
  return pageOfWorksheets(ctx, input);
}

/** The same list within one project, whose reader the caller has authorised. */
export async function pageOfWorksheets(ctx: Context, input: ListWorksheets & { project?: Project["id"] }): Promise<Result<Page<WorksheetCard>>> {
  const limit = Math.min(Math.max(1, input.limit ?? limits.usual), limits.most);
  const query = input.query?.trim() || undefined;
  const after = input.cursor === undefined ? undefined : readGalleryCursor(input.cursor);
  if (after === null) return fail("invalid", "This page of the list cannot be found; begin with the first.", { fields: { cursor: "Unknown cursor." } });
  // One more than asked for tells whether there is a next page.
  const rows = await ctx.store.listGallery({ query, area: input.area, tag: input.tag, project: input.project, after, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next =
    rows.length > limit && last
      ? printPosition({
          official: last.worksheet.official,
          publishedAt: last.worksheet.publishedAt,
          id: last.worksheet.id,
          ...(last.rank === null ? {} : { rank: last.rank }),
        })
      : null;
  return ok({ items: shown.map(worksheetCard), next });
}

function printPosition({ official, publishedAt, id, rank }: GalleryPosition): string {
  return printCursor([official, publishedAt.toISOString(), id, ...(rank === undefined ? [] : [rank])]);
}
