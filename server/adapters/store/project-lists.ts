import { and, count, desc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import { areas, formerSlugs, labs, projects, users, type worksheets } from "#drizzle/schema/index.ts";
import type { CommitId, LabId, ProjectId, RunId, UserId } from "#lib/domain/ids.ts";
import type { ProjectProgress } from "#lib/domain/project.ts";
import type { RunError, RunState } from "#lib/domain/run.ts";
import type { Queryable } from "./connect.ts";
import { jsonb } from "./jsonb.ts";
import type { NewProject } from "./publications.ts";
import type { Project } from "./worksheets.ts";

/** What was changed last, first. */
export type OwnProjectPosition = { readonly updatedAt: Date; readonly id: string };
export type OwnProjectRow = Project & { readonly worksheets: number };
export type RelatedProject = Pick<Project, "id" | "slug" | "title"> & { readonly owner: string };
export type ProjectChange = Partial<Pick<Project, "title" | "type" | "areaSlug" | "description" | "visibility" | "keepOutputs" | "official">>;

/** The newest attempt to publish a worksheet, and what its page shows. */
export type Publication = Pick<typeof worksheets.$inferSelect, "id" | "slug" | "title" | "language" | "notebookPath" | "currentVersionId"> & {
  readonly unpublishedAt: string | null;
  readonly shownCommit: CommitId | null;
  readonly runId: RunId | null;
  readonly runState: RunState | null;
  readonly runError: RunError | null;
};

const own = sql<number>`(select count(*)::int from worksheets where worksheets.project_id = projects.id and worksheets.unpublished_at is null and worksheets.current_version_id is not null)`;

export function projectListQueries({ db }: Queryable) {
  /** Until the transaction ends nobody else takes or leaves this address: it may stand in either of two tables. */
  const lockSlug = (slug: string) => db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${slug}, 7433))`);

  const isTaken = async (slug: string, by: ProjectId): Promise<boolean> => {
    const [now] = await db.select({ id: projects.id }).from(projects).where(eq(projects.slug, slug));
    if (now && now.id !== by) return true;
    const [before] = await db.select({ id: formerSlugs.projectId }).from(formerSlugs).where(eq(formerSlugs.slug, slug));
    return before !== undefined && before.id !== by;
  };

  return {
    /** False where the address is or was another project's. To be called in a transaction. */
    async insertOwnProject(project: NewProject): Promise<boolean> {
      await lockSlug(project.slug);
      if (await isTaken(project.slug, project.id)) return false;
      const { progress = null, ...row } = project;
      await db.insert(projects).values({ ...row, progress: progress === null ? null : jsonb(progress) });
      return true;
    },

    /** Gives a project another address and keeps the old one leading to it; false where the new one is another's. To be called in a transaction. */
    async renameProject(id: ProjectId, from: string, to: string): Promise<boolean> {
      for (const slug of [from, to].sort()) await lockSlug(slug);
      if (await isTaken(to, id)) return false;
      const renamed = await db
        .update(projects)
        .set({ slug: to })
        .where(and(eq(projects.id, id), eq(projects.slug, from)))
        .returning({ id: projects.id });
      if (renamed.length === 0) return false;
      await db.delete(formerSlugs).where(eq(formerSlugs.slug, to));
      await db.insert(formerSlugs).values({ slug: from, projectId: id }).onConflictDoNothing();
      return true;
    },

    async findProjectByFormerSlug(slug: string): Promise<(Project & { areaTitle: string }) | null> {
      const [row] = await db
        .select({ project: projects, areaTitle: areas.title })
        .from(formerSlugs)
        .innerJoin(projects, eq(projects.id, formerSlugs.projectId))
        .innerJoin(areas, eq(areas.slug, projects.areaSlug))
        .where(eq(formerSlugs.slug, slug));
      return row ? { ...row.project, areaTitle: row.areaTitle } : null;
    },

    /** Every project of a person in whatever state, what was changed last first. */
    async listOwnProjects(ownerId: UserId, options: { after?: OwnProjectPosition | undefined; limit: number; trashed: boolean }): Promise<OwnProjectRow[]> {
      const { after, limit, trashed } = options;
      const rows = await db
        .select({ project: projects, worksheets: own })
        .from(projects)
        .where(
          and(
            eq(projects.ownerId, ownerId),
            inArray(projects.state, ["creating", "ready", "failed"]),
            trashed ? isNotNull(projects.trashedAt) : isNull(projects.trashedAt),
            after && sql`(${projects.updatedAt}, ${projects.id}) < (${after.updatedAt.toISOString()}::timestamptz, ${after.id})`,
          ),
        )
        .orderBy(desc(projects.updatedAt), desc(projects.id))
        .limit(limit);
      return rows.map((row) => ({ ...row.project, worksheets: row.worksheets }));
    },

    /** How far the making of a project is, and that somebody is at it; false where it is not being made any more. */
    async reportMaking(id: ProjectId, progress: ProjectProgress | null, now: Date): Promise<boolean> {
      const rows = await db
        .update(projects)
        .set({ seenAt: now, ...(progress === null ? {} : { progress: jsonb(progress) }) })
        .where(and(eq(projects.id, id), eq(projects.state, "creating")))
        .returning({ id: projects.id });
      return rows.length > 0;
    },

    /** False where it was cancelled meanwhile. */
    async finishMaking(id: ProjectId, now: Date, more: { upstreamCommit?: CommitId } = {}): Promise<boolean> {
      const rows = await db
        .update(projects)
        .set({ state: "ready", progress: null, problem: null, updatedAt: now, ...more })
        .where(and(eq(projects.id, id), eq(projects.state, "creating")))
        .returning({ id: projects.id });
      return rows.length > 0;
    },

    async failMaking(id: ProjectId, problem: string): Promise<boolean> {
      const rows = await db
        .update(projects)
        .set({ state: "failed", problem, repositoryId: null })
        .where(and(eq(projects.id, id), eq(projects.state, "creating")))
        .returning({ id: projects.id });
      return rows.length > 0;
    },

    /** One that never came to be, without a trace. */
    async deleteUnmadeProject(id: ProjectId): Promise<Project | null> {
      const [row] = await db
        .delete(projects)
        .where(and(eq(projects.id, id), inArray(projects.state, ["creating", "failed"])))
        .returning();
      return row ?? null;
    },

    /** The project as it is now, and as it stays until the transaction ends: who changes it meanwhile waits. Null where it is not for use. */
    async holdProject(id: ProjectId): Promise<Project | null> {
      const [row] = await db
        .select()
        .from(projects)
        .where(and(eq(projects.id, id), eq(projects.state, "ready"), isNull(projects.trashedAt)))
        .for("no key update");
      return row ?? null;
    },

    async changeProject(id: ProjectId, change: ProjectChange): Promise<void> {
      if (Object.keys(change).length > 0) await db.update(projects).set(change).where(eq(projects.id, id));
    },

    /** What the gallery filters its worksheets by follows the project: in the trash they are nobody's but their owner's. */
    async copyToWorksheets(id: ProjectId): Promise<string[]> {
      const rows = await db.execute<{ slug: string }>(sql`
        update worksheets set visibility = case when projects.trashed_at is null then projects.visibility else 'private' end,
          area_slug = projects.area_slug, official = projects.official
        from projects where projects.id = worksheets.project_id and projects.id = ${id}
        returning worksheets.slug`);
      return rows.map((row) => row.slug);
    },

    async trashProject(id: ProjectId, now: Date): Promise<boolean> {
      const rows = await db
        .update(projects)
        .set({ trashedAt: now })
        .where(and(eq(projects.id, id), eq(projects.state, "ready"), isNull(projects.trashedAt)))
        .returning({ id: projects.id });
      return rows.length > 0;
    },

    async restoreProject(id: ProjectId): Promise<boolean> {
      const rows = await db
        .update(projects)
        .set({ trashedAt: null })
        .where(and(eq(projects.id, id), eq(projects.state, "ready"), isNotNull(projects.trashedAt)))
        .returning({ id: projects.id });
      return rows.length > 0;
    },

    /** Labs on a project that are open or about to be. */
    async listOpenLabsOf(id: ProjectId): Promise<LabId[]> {
      const rows = await db
        .select({ id: labs.id })
        .from(labs)
        .where(and(eq(labs.projectId, id), inArray(labs.state, ["queued", "starting", "ready"])));
      return rows.map((row) => row.id);
    },

    /** The project that this one was copied from, wherever it is. */
    async findRelatedProject(id: ProjectId): Promise<(Project & { owner: string }) | null> {
      const [row] = await db
        .select({ project: projects, owner: users.displayName })
        .from(projects)
        .innerJoin(users, eq(users.id, projects.ownerId))
        .where(eq(projects.id, id));
      return row ? { ...row.project, owner: row.owner } : null;
    },

    /** Copies that everybody may read, and those of one person. */
    async listCopies(id: ProjectId, reader: UserId | null, limit: number): Promise<{ count: number; shown: RelatedProject[] }> {
      const readable: SQL | undefined = and(
        eq(projects.upstreamId, id),
        eq(projects.state, "ready"),
        isNull(projects.trashedAt),
        reader === null ? eq(projects.visibility, "public") : or(eq(projects.visibility, "public"), eq(projects.ownerId, reader)),
      );
      const [counted] = await db.select({ copies: count() }).from(projects).where(readable);
      const shown = await db
        .select({ id: projects.id, slug: projects.slug, title: projects.title, owner: users.displayName })
        .from(projects)
        .innerJoin(users, eq(users.id, projects.ownerId))
        .where(readable)
        .orderBy(desc(projects.updatedAt), desc(projects.id))
        .limit(limit);
      return { count: counted?.copies ?? 0, shown };
    },

    /** Where the worksheets of a project stand, for its authors: those that were only tried out too. */
    async listPublications(id: ProjectId): Promise<Publication[]> {
      return db.execute<Publication>(sql`
        select worksheets.id, worksheets.slug, worksheets.title, worksheets.language, worksheets.notebook_path as "notebookPath",
          worksheets.unpublished_at as "unpublishedAt", worksheets.current_version_id as "currentVersionId", versions.commit as "shownCommit",
          newest.id as "runId", newest.state as "runState", newest.error as "runError"
        from worksheets
        left join worksheet_versions versions on versions.id = worksheets.current_version_id
        left join lateral (
          select runs.id, runs.state, runs.error from runs where runs.worksheet_id = worksheets.id and runs.purpose = 'publish'
          order by runs.queued_at desc, runs.id desc limit 1) newest on true
        where worksheets.project_id = ${id}`);
    },
  };
}
