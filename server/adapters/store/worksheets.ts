import { and, desc, eq, getTableColumns, gt, inArray, isNotNull, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import { areas, projects, worksheets, worksheetVersions } from "#drizzle/schema/index.ts";
import { isId, type ProjectId, type UserId, type VersionId, type WorksheetId } from "#lib/domain/ids.ts";
import type { CompiledWorksheet } from "#lib/domain/worksheet.ts";
import type { Database, Queryable } from "./connect.ts";

export type Worksheet = Omit<typeof worksheets.$inferSelect, "search" | "searchText">;
export type WorksheetVersion = typeof worksheetVersions.$inferSelect;
export type Project = typeof projects.$inferSelect;
export type WorksheetRow = { readonly worksheet: Worksheet; readonly project: Project; readonly areaTitle: string };

/** The gallery's order; `rank` stands before it when words are searched. */
export type GalleryPosition = { readonly official: boolean; readonly publishedAt: Date; readonly id: string; readonly rank?: number };
/** Newest first. */
export type ProjectPosition = { readonly createdAt: Date; readonly id: string };
export type GalleryFilter = {
  readonly query?: string | undefined;
  readonly area?: string | undefined;
  readonly tag?: string | undefined;
  readonly project?: ProjectId | undefined;
  readonly after?: GalleryPosition | undefined;
  readonly limit: number;
};
export type GalleryRow = WorksheetRow & { readonly rank: number | null };

/** A search ranks at most this many matches: a word that everything contains must not cost more in a larger library. */
const rankedMatches = 500;

const { search: _search, searchText: _searchText, ...worksheetColumns } = getTableColumns(worksheets);
const rowColumns = { worksheet: worksheetColumns, project: projects, areaTitle: areas.title };

export function worksheetQueries({ db }: Queryable) {
  const rows = () =>
    db.select(rowColumns).from(worksheets).innerJoin(projects, eq(projects.id, worksheets.projectId)).innerJoin(areas, eq(areas.slug, worksheets.areaSlug));

  return {
    /** Public, published worksheets in the gallery's order, after a position. */
    async listGallery(filter: GalleryFilter): Promise<GalleryRow[]> {
      const words = filter.query === undefined ? null : searchQuery(filter.query);
      if (words !== null) return searchGallery(filter, words);
      const { after, limit } = filter;
      if (!after) return galleryRows(filter, undefined, limit);
      const shelf = await galleryRows(filter, and(eq(worksheets.official, after.official), afterPosition(after)), limit);
      // Behind the last official worksheet begin the others.
      return after.official && shelf.length < limit ? [...shelf, ...(await galleryRows(filter, eq(worksheets.official, false), limit - shelf.length))] : shelf;
    },

    async findWorksheet(idOrSlug: string): Promise<WorksheetRow | null> {
      const [row] = await rows().where(isId("worksheet", idOrSlug) ? eq(worksheets.id, idOrSlug) : eq(worksheets.slug, idOrSlug));
      return row ?? null;
    },

    async findVersion(id: VersionId): Promise<WorksheetVersion | null> {
      const [version] = await db.select().from(worksheetVersions).where(eq(worksheetVersions.id, id));
      return version ?? null;
    },

    /** The parameters alone: the rest of a compiled worksheet is large. */
    async listParameters(ids: readonly VersionId[]): Promise<Map<VersionId, CompiledWorksheet["parameters"]>> {
      if (ids.length === 0) return new Map();
      const found = await db
        .select({ id: worksheetVersions.id, parameters: sql<CompiledWorksheet["parameters"]>`${worksheetVersions.compiled} -> 'parameters'` })
        .from(worksheetVersions)
        .where(inArray(worksheetVersions.id, [...ids]));
      return new Map(found.map((row) => [row.id, row.parameters]));
    },

    /** Public projects with a public worksheet, the newest first, after a position. */
    async listProjects(after: ProjectPosition | undefined, limit: number, notOf?: UserId): Promise<Project[]> {
      return db
        .select()
        .from(projects)
        .where(
          and(
            eq(projects.visibility, "public"),
            eq(projects.state, "ready"),
            gt(projects.publicWorksheets, 0),
            notOf && ne(projects.ownerId, notOf),
            after && sql`(${projects.createdAt}, ${projects.id}) < (${after.createdAt.toISOString()}::timestamptz, ${after.id})`,
          ),
        )
        .orderBy(desc(projects.createdAt), desc(projects.id))
        .limit(limit);
    },

    async findProject(idOrSlug: string): Promise<(Project & { areaTitle: string }) | null> {
      const [row] = await db
        .select({ project: projects, areaTitle: areas.title })
        .from(projects)
        .innerJoin(areas, eq(areas.slug, projects.areaSlug))
        .where(isId("project", idOrSlug) ? eq(projects.id, idOrSlug) : eq(projects.slug, idOrSlug));
      return row ? { ...row.project, areaTitle: row.areaTitle } : null;
    },
  };

  async function galleryRows(filter: GalleryFilter, where: SQL | undefined, limit: number): Promise<GalleryRow[]> {
    const found = await rows()
      .where(and(listed(filter), where))
      .orderBy(desc(worksheets.official), desc(worksheets.publishedAt), desc(worksheets.id))
      .limit(limit);
    return found.map((row) => ({ ...row, rank: null }));
  }

  function searchGallery(filter: GalleryFilter, words: SQL): Promise<GalleryRow[]> {
    // The planner takes an unfinished word for one that matches a hundredth of all words, and would rather read the whole library.
    return db.transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`);
      return searchRows(tx, filter, words);
    });
  }

  async function searchRows(tx: Database, filter: GalleryFilter, words: SQL): Promise<GalleryRow[]> {
    // Rounded, so that the number survives the journey through a cursor and back.
    const matches = tx.$with("matches").as(
      tx
        .select({
          id: sql<WorksheetId>`${worksheets.id}`.as("match_id"),
          rank: sql<number>`round(ts_rank(${worksheets.search}, ${words})::numeric, 6)::float8`.as("rank"),
        })
        // Fenced by "offset 0": otherwise the other conditions' indexes are walked from end to end for want of better.
        .from(sql`(select * from ${worksheets} where ${worksheets.search} @@ ${words} offset 0) as worksheets`)
        .where(listed(filter))
        .limit(rankedMatches),
    );
    const after = filter.after?.rank === undefined ? undefined : afterRank(matches.rank, filter.after);
    return tx
      .with(matches)
      .select({ ...rowColumns, rank: matches.rank })
      .from(matches)
      .innerJoin(worksheets, eq(worksheets.id, matches.id))
      .innerJoin(projects, eq(projects.id, worksheets.projectId))
      .innerJoin(areas, eq(areas.slug, worksheets.areaSlug))
      .where(after)
      .orderBy(desc(matches.rank), desc(worksheets.official), desc(worksheets.publishedAt), desc(worksheets.id))
      .limit(filter.limit);
  }
}

function listed(filter: GalleryFilter): SQL | undefined {
  return and(
    eq(worksheets.visibility, "public"),
    isNull(worksheets.unpublishedAt),
    isNotNull(worksheets.currentVersionId),
    filter.area === undefined ? undefined : eq(worksheets.areaSlug, filter.area),
    filter.project === undefined ? undefined : eq(worksheets.projectId, filter.project),
    filter.tag === undefined ? undefined : sql`${worksheets.tags} @> array[${filter.tag}]::text[]`,
  );
}

/**
 * A row comparison is one range of the index, wherever in the library it begins. `official` stays out of it: of a row
 * the planner judges the first column alone, and there are but two values.
 */
function afterPosition(after: GalleryPosition): SQL {
  return sql`(${worksheets.publishedAt}, ${worksheets.id}) < (${after.publishedAt.toISOString()}::timestamptz, ${after.id})`;
}

function afterRank(rank: SQL.Aliased<number> | SQL, after: GalleryPosition): SQL | undefined {
  const later = or(sql`${worksheets.official} < ${after.official}`, and(eq(worksheets.official, after.official), afterPosition(after)));
  return or(sql`${rank} < ${after.rank}::float8`, and(sql`${rank} = ${after.rank}::float8`, later));
}

/** What people type, never a syntax error; the last word may be unfinished. Null where there is no word in it. */
function searchQuery(typed: string): SQL | null {
  const text = plainWords(typed.slice(0, 200).normalize("NFC"));
  const last = /[\p{L}\p{N}]+$/u.exec(text)?.[0];
  if (!/[\p{L}\p{N}]/u.test(text)) return null;
  const whole = sql`websearch_to_tsquery('english', ${text})`;
  if (last === undefined || /["-][^"]*$/.test(text)) return whole;
  const before = text.slice(0, text.length - last.length);
  const unfinished = sql`to_tsquery('simple', ${`${last.toLowerCase()}:*`})`;
  return /[\p{L}\p{N}]/u.test(before) ? sql`(${whole} || (websearch_to_tsquery('english', ${before}) && ${unfinished}))` : sql`(${whole} || ${unfinished})`;
}

/** As the database's `plain_words`: it would take the signs of good typography for letters. */
function plainWords(text: string): string {
  return text
    .replace(/[–—‐‑−]/g, "-")
    .replace(/[“”„]/g, '"')
    .replace(/[‘’…«»·×]/g, " ");
}
