import { sql } from "drizzle-orm";
import { boolean, foreignKey, index, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { CommitId, EnvironmentBuildId, ProjectId, RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import type { CompiledWorksheet, Language, Problem, Visibility } from "#lib/domain/worksheet.ts";
import { areas } from "./areas.ts";
import { instant, tsvector } from "./columns.ts";
import { environmentBuilds } from "./environments.ts";
import { projects } from "./projects.ts";

/** What the gallery lists. Everything a card shows stands in this one row, so that a page is one indexed read. */
export const worksheets = pgTable(
  "worksheets",
  {
    id: text("id").$type<WorksheetId>().primaryKey(),
    slug: text("slug").notNull(),
    projectId: text("project_id")
      .$type<ProjectId>()
      .notNull()
      .references(() => projects.id),
    notebookPath: text("notebook_path").notNull(),
    title: text("title").notNull(),
    summary: text("summary").notNull(),
    areaSlug: text("area_slug")
      .notNull()
      .references(() => areas.slug),
    tags: text("tags").array().notNull().default([]),
    language: text("language").$type<Language>().notNull(),
    /** Copied from the project when it changes: the gallery filters on it. */
    visibility: text("visibility").$type<Visibility>().notNull(),
    official: boolean("official").notNull().default(false),
    authorName: text("author_name").notNull(),
    dataSources: text("data_sources"),
    /** The version people run; null until the first one compiled and ran. */
    currentVersionId: text("current_version_id").$type<VersionId>(),
    thumbnail: jsonb("thumbnail").$type<{ digest: string; width: number; height: number; alt: string } | null>(),
    resultAt: instant("result_at"),
    publishedAt: instant("published_at").notNull().defaultNow(),
    unpublishedAt: instant("unpublished_at"),
    /** Plain text of all Markdown; only the index reads it. */
    searchText: text("search_text").notNull().default(""),
    /**
     * Stemmed words find "genetics" by "genetic"; unstemmed ones let somebody who is still typing find it by "geneti".
     * `plain_words` and `tag_words` stand in the first migration.
     */
    search: tsvector("search").generatedAlwaysAs(
      sql`setweight(to_tsvector('english', plain_words(title)), 'A') || setweight(to_tsvector('simple', plain_words(title)), 'A') || setweight(to_tsvector('english', tag_words(tags)), 'A') || setweight(to_tsvector('simple', tag_words(tags)), 'A') || setweight(to_tsvector('english', plain_words(summary)), 'B') || setweight(to_tsvector('simple', plain_words(summary)), 'B') || setweight(to_tsvector('english', plain_words(search_text)), 'C')`,
    ),
  },
  (t) => [
    uniqueIndex("worksheets_slug").on(t.slug),
    uniqueIndex("worksheets_notebook").on(t.projectId, t.notebookPath),
    index("worksheets_search").using("gin", t.search),
    index("worksheets_tags").using("gin", t.tags),
    // An index serves "order by x desc" only when it says nulls first, as that clause silently does.
    // The gallery's order: official first, newest first; one index for all areas, one for each.
    index("worksheets_gallery")
      .on(t.visibility, t.official.desc().nullsFirst(), t.publishedAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`unpublished_at is null and current_version_id is not null`),
    index("worksheets_area")
      .on(t.areaSlug, t.visibility, t.official.desc().nullsFirst(), t.publishedAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`unpublished_at is null and current_version_id is not null`),
    index("worksheets_project").on(t.projectId, t.official.desc().nullsFirst(), t.publishedAt.desc().nullsFirst(), t.id.desc().nullsFirst()),
  ],
);

/** A notebook compiled at a commit; never changed. */
export const worksheetVersions = pgTable(
  "worksheet_versions",
  {
    id: text("id").$type<VersionId>().primaryKey(),
    worksheetId: text("worksheet_id").$type<WorksheetId>().notNull(),
    commit: text("commit").$type<CommitId>().notNull(),
    notebookPath: text("notebook_path").notNull(),
    compiled: jsonb("compiled").$type<CompiledWorksheet>().notNull(),
    /** What could not be read although the notebook compiled; the author's alone. */
    problems: jsonb("problems").$type<readonly Problem[]>().notNull().default([]),
    environmentName: text("environment_name").notNull(),
    environmentDigest: text("environment_digest").notNull(),
    /** The environment that its project asked for; null: the site's own. */
    environmentBuildId: text("environment_build_id")
      .$type<EnvironmentBuildId>()
      .references(() => environmentBuilds.id),
    /** The run with default values made at publish time. */
    resultRunId: text("result_run_id").$type<RunId>(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    foreignKey({ columns: [t.worksheetId], foreignColumns: [worksheets.id] }),
    index("worksheet_versions_worksheet").on(t.worksheetId, t.createdAt.desc().nullsFirst()),
    index("worksheet_versions_environment").on(t.environmentBuildId).where(sql`environment_build_id is not null`),
  ],
);
