import type { Page, ProjectCard } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { printCursor, readProjectCursor } from "./cursor.ts";

const limits = { usual: 48, most: 100 };

export type ListProjects = {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  /** Leaves out those of whoever asks. */
  readonly others?: boolean | undefined;
};

/** Public projects that have something to show, the newest first. Everybody may list them. */
export async function listProjects(ctx: Context, input: ListProjects): Promise<Result<Page<ProjectCard>>> {
  const limit = Math.min(Math.max(1, input.limit ?? limits.usual), limits.most);
  const after = input.cursor === undefined ? undefined : readProjectCursor(input.cursor);
  if (after === null) return fail("invalid", "This page of the list cannot be found; begin with the first.", { fields: { cursor: "Unknown cursor." } });
  // One more than asked for tells whether there is a next page.
  const notOf = input.others && ctx.actor.kind === "user" ? ctx.actor.userId : undefined;
  const rows = await ctx.store.listProjects(after, limit + 1, notOf);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return ok({
    items: shown.map(({ id, slug, title, description, official, publicWorksheets }) => ({
      id,
      slug,
      title,
      description,
      official,
      worksheets: publicWorksheets,
    })),
    next: rows.length > limit && last ? printCursor([last.createdAt.toISOString(), last.id]) : null,
  });
}
