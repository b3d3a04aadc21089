import { and, asc, eq, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { projects } from "#drizzle/schema/index.ts";
import type { ProjectId, RepositoryId, RunId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";
import type { Project } from "./worksheets.ts";

/** Runs whose files nobody owns and that go with their project. */
export type GoneRun = { readonly id: RunId; readonly worksheetSlug: string; readonly queuedAt: string };
export type PurgedProject = { readonly repositoryId: RepositoryId | null; readonly runs: readonly GoneRun[] };

/** What ends projects: silence while they are made, and time in the trash. */
export function projectRemovalQueries({ db }: Queryable) {
  return {
    /** Projects that a process began to make and has not said a word about since. */
    async listSilentMakings(since: Date): Promise<Project[]> {
      return db
        .select()
        .from(projects)
        .where(and(eq(projects.state, "creating"), isNotNull(projects.seenAt), lt(projects.seenAt, since)));
    },

    /** Ends one of them, unless somebody has said a word meanwhile: "ready" where its files had arrived, else told as failed. */
    async endSilentMaking(id: ProjectId, since: Date, end: { state: "ready" } | { state: "failed"; problem: string }): Promise<boolean> {
      const change = end.state === "ready" ? { ...end, progress: null } : { ...end, repositoryId: null };
      const rows = await db
        .update(projects)
        .set(change)
        .where(and(eq(projects.id, id), eq(projects.state, "creating"), lt(projects.seenAt, since)))
        .returning({ id: projects.id });
      return rows.length > 0;
    },

    async listTrashedProjects(before: Date, limit: number): Promise<ProjectId[]> {
      const rows = await db
        .select({ id: projects.id })
        .from(projects)
        .where(and(isNotNull(projects.trashedAt), lt(projects.trashedAt, before), eq(projects.state, "ready")))
        .orderBy(asc(projects.trashedAt))
        .limit(limit);
      return rows.map((row) => row.id);
    },

    /**
     * Removes a project for good; null where it was taken out of the trash meanwhile. Runs that people made of its worksheets
     * stay as they are: where there are any, the rows that they refer to stay with them, seen by nobody. To be called in a transaction.
     */
    async purgeProject(id: ProjectId, trashedBefore: Date): Promise<PurgedProject | null> {
      const [project] = await db
        .select({ repositoryId: projects.repositoryId })
        .from(projects)
        .where(and(eq(projects.id, id), eq(projects.state, "ready"), lt(projects.trashedAt, trashedBefore)))
        .for("update");
      if (!project) return null;
      const [used] = await db.execute<{ used: boolean }>(sql`
        select exists (
          select 1 from runs join worksheets on worksheets.id = runs.worksheet_id where worksheets.project_id = ${id} and runs.purpose = 'person') as used`);
      return used?.used ? bury(id, project.repositoryId) : erase(id, project.repositoryId);
    },

    /** Projects made by the server itself whose making stopped half-way. */
    async listUnfinishedProjects(createdBefore: Date): Promise<Project[]> {
      return db
        .select()
        .from(projects)
        .where(and(eq(projects.state, "creating"), isNull(projects.seenAt), lt(projects.createdAt, createdBefore)));
    },
  };

  /** Its address is free; worksheets keep theirs, which is a folder in the homes of those who ran them. */
  async function bury(id: ProjectId, repositoryId: RepositoryId | null): Promise<PurgedProject> {
    await db.execute(
      sql`update worksheets set unpublished_at = coalesce(unpublished_at, now()), visibility = 'private', official = false where project_id = ${id}`,
    );
    for (const table of ["former_slugs", "working_copies", "official_requests", "labs"])
      await db.execute(sql`delete from ${sql.raw(table)} where project_id = ${id}`);
    await db
      .update(projects)
      .set({ state: "deleting", repositoryId: null, slug: `deleted-${id.replace("_", "-")}`, description: "", official: false, visibility: "private" })
      .where(eq(projects.id, id));
    return { repositoryId, runs: [] };
  }

  async function erase(id: ProjectId, repositoryId: RepositoryId | null): Promise<PurgedProject> {
    const ofProject = sql`(select id from worksheets where project_id = ${id})`;
    const runs = await db.execute<GoneRun>(sql`
      delete from runs using worksheets where worksheets.id = runs.worksheet_id and worksheets.project_id = ${id}
      returning runs.id, worksheets.slug as "worksheetSlug", runs.queued_at as "queuedAt"`);
    await db.execute(sql`delete from worksheet_versions where worksheet_id in ${ofProject}`);
    await db.execute(sql`delete from worksheets where project_id = ${id}`);
    await db.delete(projects).where(eq(projects.id, id));
    return { repositoryId, runs };
  }
}
