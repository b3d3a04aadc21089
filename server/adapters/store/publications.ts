import { and, desc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { areas, projects, runs, worksheets, worksheetVersions } from "#drizzle/schema/index.ts";
import type { ProjectId, RepositoryId, RunId, VersionId, WorksheetId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";
import { jsonb } from "./jsonb.ts";
import type { Project, WorksheetVersion } from "./worksheets.ts";

export type NewProject = typeof projects.$inferInsert;
export type NewWorksheet = Omit<typeof worksheets.$inferInsert, "currentVersionId" | "thumbnail" | "resultAt">;
export type NewVersion = typeof worksheetVersions.$inferInsert;
export type Thumbnail = NonNullable<(typeof worksheets.$inferSelect)["thumbnail"]>;

/** A notebook that was tried out before it was ever published has a row, and an address that nobody is told. */
const unnamedSlug = (id: WorksheetId) => `unpublished-${id.replace("_", "-")}`;
const isUnnamed = sql.raw("worksheets.slug = 'unpublished-' || replace(worksheets.id, '_', '-')");
const nameOnce = (column: string): SQL => sql`case when ${isUnnamed} then ${sql.raw(`excluded.${column}`)} else ${sql.raw(`worksheets.${column}`)} end`;

/** The words of a card belong to the version that is shown. */
const keptWord = (column: string): SQL => sql.raw(`case when worksheets.current_version_id is null then excluded.${column} else worksheets.${column} end`);
const wordsUntilResult = { title: keptWord("title"), summary: keptWord("summary"), language: keptWord("language"), searchText: keptWord("search_text") };

/** The first version's words stand there already. */
function wordsOf(id: VersionId): SQL {
  const word = (column: string, key: string): SQL => sql`${sql.raw(column)} = case when current_version_id is null or current_version_id = ${id}
    then ${sql.raw(column)} else (select compiled ->> ${key}::text from worksheet_versions where id = ${id}) end`;
  return sql.join([word("title", "title"), word("summary", "description"), word("language", "language"), word("search_text", "searchText")], sql`, `);
}

export function publicationQueries({ db }: Queryable) {
  return {
    async upsertArea(area: { slug: string; title: string; description: string }): Promise<void> {
      await db
        .insert(areas)
        .values(area)
        .onConflictDoUpdate({ target: areas.slug, set: { title: area.title, description: area.description } });
    },

    /** False where the address is taken. */
    async insertProject(project: NewProject): Promise<boolean> {
      const rows = await db.insert(projects).values(project).onConflictDoNothing({ target: projects.slug }).returning({ id: projects.id });
      return rows.length > 0;
    },

    async setProjectRepository(id: ProjectId, repositoryId: RepositoryId): Promise<void> {
      await db.update(projects).set({ repositoryId }).where(eq(projects.id, id));
    },

    /** Those among these repositories that a project names. */
    async listNamedRepositories(ids: readonly RepositoryId[]): Promise<Set<string>> {
      if (ids.length === 0) return new Set();
      const rows = await db
        .select({ id: projects.repositoryId })
        .from(projects)
        .where(inArray(projects.repositoryId, [...ids]));
      return new Set(rows.flatMap((row) => row.id ?? []));
    },

    async markProjectReady(id: ProjectId): Promise<void> {
      await db.update(projects).set({ state: "ready" }).where(eq(projects.id, id));
    },

    async updateProject(id: ProjectId, change: Partial<Pick<Project, "title" | "description" | "areaSlug" | "visibility" | "official">>): Promise<void> {
      await db.update(projects).set(change).where(eq(projects.id, id));
    },

    async deleteUnfinishedProject(id: ProjectId): Promise<void> {
      await db.delete(projects).where(and(eq(projects.id, id), eq(projects.state, "creating")));
    },

    /**
     * One worksheet a notebook of a project: published again, it keeps its id and address, and what its card says
     * until the new version has a result.
     */
    async upsertWorksheet(worksheet: NewWorksheet): Promise<{ id: WorksheetId; slug: string }> {
      const { id: _id, projectId: _project, notebookPath: _path, ...change } = worksheet;
      const [row] = await db
        .insert(worksheets)
        .values(worksheet)
        .onConflictDoUpdate({
          target: [worksheets.projectId, worksheets.notebookPath],
          set: { ...change, ...wordsUntilResult, slug: nameOnce("slug"), publishedAt: nameOnce("published_at"), unpublishedAt: null },
        })
        .returning({ id: worksheets.id, slug: worksheets.slug });
      if (!row) throw new Error("The worksheet was not stored.");
      return row;
    },

    /** The row that runs of a notebook refer to, without publishing it: seen by nobody, until somebody does. */
    async ensureUnpublishedWorksheet(worksheet: Omit<NewWorksheet, "slug" | "unpublishedAt" | "publishedAt">, now: Date): Promise<WorksheetId> {
      await db
        .insert(worksheets)
        .values({ ...worksheet, slug: unnamedSlug(worksheet.id), publishedAt: now, unpublishedAt: now })
        .onConflictDoNothing({ target: [worksheets.projectId, worksheets.notebookPath] });
      const [row] = await db
        .select({ id: worksheets.id })
        .from(worksheets)
        .where(and(eq(worksheets.projectId, worksheet.projectId), eq(worksheets.notebookPath, worksheet.notebookPath)));
      if (!row) throw new Error("The worksheet was not stored.");
      return row.id;
    },

    /** Takes a worksheet off the shelf; false where it was not on it. Its runs stay. */
    async unpublishWorksheet(id: WorksheetId, now: Date): Promise<boolean> {
      const rows = await db
        .update(worksheets)
        .set({ unpublishedAt: now })
        .where(and(eq(worksheets.id, id), isNull(worksheets.unpublishedAt)))
        .returning({ id: worksheets.id });
      return rows.length > 0;
    },

    /** To be called in the transaction that takes the address: until that ends nobody else is told that it is free. */
    async isWorksheetSlugTaken(slug: string, projectId: ProjectId, notebookPath: string): Promise<boolean> {
      await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${slug}, 7434))`);
      const [row] = await db
        .select({ projectId: worksheets.projectId, notebookPath: worksheets.notebookPath })
        .from(worksheets)
        .where(eq(worksheets.slug, slug));
      return row !== undefined && (row.projectId !== projectId || row.notebookPath !== notebookPath);
    },

    async insertVersion(version: NewVersion): Promise<void> {
      const { compiled, problems = [], ...rest } = version;
      await db.insert(worksheetVersions).values({ ...rest, compiled: jsonb(compiled), problems: jsonb(problems) });
    },

    async findNewestVersion(projectId: ProjectId, notebookPath: string): Promise<WorksheetVersion | null> {
      const [row] = await db
        .select({ version: worksheetVersions })
        .from(worksheetVersions)
        .innerJoin(worksheets, eq(worksheets.id, worksheetVersions.worksheetId))
        .where(and(eq(worksheets.projectId, projectId), eq(worksheets.notebookPath, notebookPath)))
        .orderBy(desc(worksheetVersions.createdAt), desc(worksheetVersions.id))
        .limit(1);
      return row?.version ?? null;
    },

    /**
     * Makes a version the one people run, with its result; false where a newer one is already current, so that two
     * publications that end in the wrong order leave the newer.
     */
    async setCurrentVersion(version: { id: VersionId; worksheetId: WorksheetId; runId: RunId }, thumbnail: Thumbnail | null, resultAt: Date): Promise<boolean> {
      await db.update(worksheetVersions).set({ resultRunId: version.runId }).where(eq(worksheetVersions.id, version.id));
      const rows = await db.execute(sql`
        update worksheets set ${wordsOf(version.id)}, current_version_id = ${version.id}, thumbnail = ${thumbnail === null ? sql`null` : jsonb(thumbnail)}, result_at = ${resultAt.toISOString()}::timestamptz
        where id = ${version.worksheetId} and not exists (
          select 1 from worksheet_versions current, worksheet_versions mine
          where current.id = worksheets.current_version_id and mine.id = ${version.id} and current.created_at > mine.created_at)
        returning id`);
      return rows.length > 0;
    },

    /** The run that computes a version's result, while it may still succeed. */
    async findPublishRun(versionId: VersionId): Promise<RunId | null> {
      const rows = await db.execute<{ id: RunId }>(sql`
        select id from runs where version_id = ${versionId} and purpose = 'publish' and state in ('queued', 'starting', 'running', 'done') order by queued_at desc limit 1`);
      return rows[0]?.id ?? null;
    },

    /** How the newest attempt to publish a worksheet goes, or ended. */
    async findNewestPublication(id: WorksheetId): Promise<Pick<typeof runs.$inferSelect, "state" | "error"> | null> {
      const [row] = await db
        .select({ state: runs.state, error: runs.error })
        .from(runs)
        .where(and(eq(runs.worksheetId, id), eq(runs.purpose, "publish")))
        .orderBy(desc(runs.queuedAt), desc(runs.id))
        .limit(1);
      return row ?? null;
    },

    /** Runs of publications that are done but whose result nobody sees yet: a crash came between. */
    async listUncompletedPublications(): Promise<RunId[]> {
      const rows = await db.execute<{ id: RunId }>(sql`
        select runs.id from worksheet_versions versions join runs on runs.version_id = versions.id
        where versions.result_run_id is null and runs.purpose = 'publish' and runs.state = 'done' order by runs.finished_at`);
      return rows.map((row) => row.id);
    },

    /** Counted anew for all areas and projects: a worksheet may have moved from one to another. */
    async countPublicWorksheets(): Promise<void> {
      await db.execute(sql`
        update areas set public_worksheets = counted.number from (
          select areas.slug, count(worksheets.id)::int as number from areas left join worksheets on worksheets.area_slug = areas.slug
            and worksheets.visibility = 'public' and worksheets.unpublished_at is null and worksheets.current_version_id is not null
          group by areas.slug) as counted
        where areas.slug = counted.slug and areas.public_worksheets <> counted.number`);
      await db.execute(sql`
        update projects set public_worksheets = counted.number from (
          select projects.id, count(worksheets.id)::int as number from projects left join worksheets on worksheets.project_id = projects.id
            and worksheets.visibility = 'public' and worksheets.unpublished_at is null and worksheets.current_version_id is not null
          group by projects.id) as counted
        where projects.id = counted.id and projects.public_worksheets <> counted.number`);
    },

    /** Current versions of the worksheets that people ran most since, for the warm pool. */
    async listPopularVersions(since: Date, limit: number): Promise<VersionId[]> {
      const rows = await db.execute<{ id: VersionId }>(sql`
        select worksheets.current_version_id as id from runs join worksheets on worksheets.id = runs.worksheet_id
        where runs.queued_at > ${since.toISOString()}::timestamptz and runs.purpose = 'person' and runs.cached_from_id is null
          and worksheets.unpublished_at is null and worksheets.current_version_id is not null
        group by worksheets.id order by count(*) desc, worksheets.id limit ${limit}`);
      return rows.map((row) => row.id);
    },

    /** Commits that somebody may still run: those of current versions and of open runs. */
    async listCommitsInUse(): Promise<string[]> {
      const rows = await db.execute<{ commit: string }>(sql`
        select distinct versions.commit from worksheet_versions versions
        where versions.id in (select current_version_id from worksheets where current_version_id is not null)
           or versions.id in (select version_id from runs where state in ('queued', 'starting', 'running'))`);
      return rows.map((row) => row.commit);
    },
  };
}
