import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, ne, notInArray, or, type SQL, sql } from "drizzle-orm";
import { engines, environmentBuilds, environmentLog, projectEnvironments, projects, worksheets, worksheetVersions } from "#drizzle/schema/index.ts";
import type { BuildPhase, BuildPlan, EnvironmentKind } from "#lib/domain/environment.ts";
import type { CommitId, Digest, EngineId, EnvironmentBuildId, ProjectId, UserId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";
import { jsonb } from "./jsonb.ts";

export type EnvironmentBuild = typeof environmentBuilds.$inferSelect;
/** Which beginning speaks: what an earlier one says, or an engine that was taken for dead, changes nothing. */
export type BuildLease = { readonly buildId: EnvironmentBuildId; readonly engineId: EngineId; readonly attempt: number };
export type NewBuild = {
  readonly id: EnvironmentBuildId;
  readonly adapter: string;
  readonly key: Digest;
  readonly kind: EnvironmentKind;
  readonly plan: BuildPlan;
  readonly projectId: ProjectId;
  readonly commit: CommitId;
};
export type BuildFinish =
  | { readonly state: "ready"; readonly name: string; readonly digest: string; readonly bytes: number }
  | { readonly state: "failed"; readonly error: string; readonly mayPass: boolean };

/** Of so many latest builds the middle one is usual. */
const buildsLookedAt = 21;
const afresh = { state: "queued", phase: "queued", engineId: null, error: null, mayPass: false, notBefore: null, startedAt: null, finishedAt: null } as const;

export function environmentBuildQueries({ db }: Queryable) {
  const tell = (id: EnvironmentBuildId): Promise<unknown> => db.execute(sql`select pg_notify('build_changed', ${id})`);
  const find = async (condition: SQL | undefined): Promise<EnvironmentBuild | null> => {
    const [row] = await db.select().from(environmentBuilds).where(condition);
    return row ?? null;
  };

  return {
    findBuild: (id: EnvironmentBuildId): Promise<EnvironmentBuild | null> => find(eq(environmentBuilds.id, id)),

    /** The one build of that key: made now, or there already. One that was removed is made again; one that failed stays failed. */
    async requestBuild({ plan, ...build }: NewBuild, now: Date): Promise<EnvironmentBuild> {
      const { adapter, key, projectId, commit } = build;
      // What one project gave up another may want.
      const cancelledElsewhere = and(
        eq(environmentBuilds.state, "cancelled"),
        or(isNull(environmentBuilds.projectId), ne(environmentBuilds.projectId, projectId)),
      );
      await db
        .insert(environmentBuilds)
        .values({ ...build, plan: jsonb(plan), queuedAt: now, usedAt: now })
        .onConflictDoUpdate({ target: [environmentBuilds.adapter, environmentBuilds.key], set: { usedAt: now } });
      await db
        .update(environmentBuilds)
        .set({ ...afresh, attempt: 0, projectId, commit, queuedAt: now })
        .where(and(eq(environmentBuilds.adapter, adapter), eq(environmentBuilds.key, key), or(eq(environmentBuilds.state, "removed"), cancelledElsewhere)));
      const row = await find(and(eq(environmentBuilds.adapter, adapter), eq(environmentBuilds.key, key)));
      if (!row) throw new Error("A build that was just asked for is not there.");
      if (row.state === "queued") await db.execute(sql`select pg_notify('build_queued', ${row.id})`);
      return row;
    },

    findBuildByKey: (adapter: string, key: Digest): Promise<EnvironmentBuild | null> =>
      find(and(eq(environmentBuilds.adapter, adapter), eq(environmentBuilds.key, key))),

    /** How many wait or are made for projects of that person. */
    countOpenBuilds: (ownerId: UserId): Promise<number> =>
      db.$count(
        environmentBuilds,
        and(
          inArray(environmentBuilds.state, ["queued", "building"]),
          inArray(environmentBuilds.projectId, db.select({ id: projects.id }).from(projects).where(eq(projects.ownerId, ownerId))),
        ),
      ),

    /** False where it neither waits nor is made. Who makes it hears of it, and what they say afterwards changes nothing. */
    async cancelBuild(id: EnvironmentBuildId, now: Date): Promise<boolean> {
      const cancelled = await db
        .update(environmentBuilds)
        .set({ state: "cancelled", engineId: null, finishedAt: now })
        .where(and(eq(environmentBuilds.id, id), inArray(environmentBuilds.state, ["queued", "building"])))
        .returning({ id: environmentBuilds.id });
      if (cancelled.length === 0) return false;
      await tell(id);
      await db.execute(sql`select pg_notify('build_cancel', ${id})`);
      return true;
    },

    async isBuildHeld(lease: BuildLease): Promise<boolean> {
      return (await find(held(lease))) !== null;
    },

    /** False where it is not one that failed or was cancelled, or whose image went. The files are those of the project that asks now. */
    async retryBuild(id: EnvironmentBuildId, from: { readonly projectId: ProjectId; readonly commit: CommitId }, now: Date): Promise<boolean> {
      const queued = await db
        .update(environmentBuilds)
        .set({ ...afresh, ...from, attempt: 0, queuedAt: now })
        .where(and(eq(environmentBuilds.id, id), inArray(environmentBuilds.state, ["failed", "cancelled", "removed"])))
        .returning({ id: environmentBuilds.id });
      if (queued.length === 0) return false;
      await tell(id);
      await db.execute(sql`select pg_notify('build_queued', ${id})`);
      return true;
    },

    /** Its image is not there any more: whoever asks for it next has it made again. */
    async markBuildRemoved(id: EnvironmentBuildId): Promise<void> {
      await db
        .update(environmentBuilds)
        .set({ state: "removed" })
        .where(and(eq(environmentBuilds.id, id), eq(environmentBuilds.state, "ready")));
      await tell(id);
    },

    /** Takes the build that has waited longest, or null. Its log begins anew. */
    async claimBuild(adapter: string, engineId: EngineId, now: Date): Promise<EnvironmentBuild | null> {
      const at = now.toISOString();
      const rows = await db.execute<{ id: EnvironmentBuildId }>(sql`
        with next as (
          select id from environment_builds
          where state = 'queued' and adapter = ${adapter} and (not_before is null or not_before <= ${at}::timestamptz)
          order by queued_at, id limit 1 for update skip locked
        ),
        cleared as (delete from environment_log using next where environment_log.build_id = next.id)
        update environment_builds set state = 'building', phase = 'base', engine_id = ${engineId}, attempt = attempt + 1, lines = 0, started_at = ${at}::timestamptz
        from next where environment_builds.id = next.id returning environment_builds.id`);
      const id = rows[0]?.id;
      if (!id) return null;
      await tell(id);
      return find(eq(environmentBuilds.id, id));
    },

    /** False where the build is no longer held by that lease: nothing was changed then. */
    async changeBuildPhase(lease: BuildLease, phase: BuildPhase): Promise<boolean> {
      const changed = await db.update(environmentBuilds).set({ phase }).where(held(lease)).returning({ id: environmentBuilds.id });
      if (changed.length > 0) await tell(lease.buildId);
      return changed.length > 0;
    },

    /** Lines of its log, numbered from 1 on; those written already are skipped. */
    async appendBuildLog(lease: BuildLease, first: number, lines: readonly string[]): Promise<boolean> {
      const rows = await db.execute(sql`
        with ours as materialized (
          update environment_builds set lines = greatest(lines, ${first + lines.length - 1}) where ${held(lease)} returning id
        ),
        added as (
          insert into environment_log (build_id, seq, line)
          select ours.id, ${first - 1} + one.place::int, one.line #>> '{}' from ours, jsonb_array_elements(${jsonb(lines)}) with ordinality as one(line, place)
          on conflict do nothing
        )
        select pg_notify('build_changed', id) from ours`);
      return rows.length > 0;
    },

    /** A build that went well becomes what every project that wants it stands on, in the same moment. */
    async finishBuild(lease: BuildLease, finish: BuildFinish, now: Date): Promise<boolean> {
      const finished = await db
        .update(environmentBuilds)
        .set({ ...finish, ...(finish.state === "ready" ? { phase: "ready" as const, error: null, usedAt: now } : {}), finishedAt: now })
        .where(held(lease))
        .returning({ id: environmentBuilds.id });
      if (finished.length === 0) return false;
      if (finish.state === "ready")
        await db.update(projectEnvironments).set({ currentId: lease.buildId }).where(eq(projectEnvironments.wantedId, lease.buildId));
      await tell(lease.buildId);
      return true;
    },

    /** Back to the queue; `counts`: whether this beginning is one of the few that it has. */
    async requeueBuild(lease: BuildLease, { counts, notBefore }: { readonly counts: boolean; readonly notBefore: Date | null }): Promise<boolean> {
      const requeued = await db
        .update(environmentBuilds)
        .set({ ...afresh, notBefore, attempt: sql`${environmentBuilds.attempt} - ${counts ? 0 : 1}` })
        .where(held(lease))
        .returning({ id: environmentBuilds.id });
      if (requeued.length > 0) await tell(lease.buildId);
      return requeued.length > 0;
    },

    /** Builds that nobody makes any more: of `ownLife` (the former life of the engine that asks) and of engines silent since. */
    async listAbandonedBuilds(silentSince: Date, ownLife: EngineId | null): Promise<EnvironmentBuild[]> {
      const alive = db.select({ id: engines.id }).from(engines).where(sql`${engines.heartbeatAt} > ${silentSince.toISOString()}::timestamptz`);
      const isMine = ownLife === null ? undefined : eq(environmentBuilds.engineId, ownLife);
      return db
        .select()
        .from(environmentBuilds)
        .where(and(eq(environmentBuilds.state, "building"), or(isMine, isNull(environmentBuilds.engineId), notInArray(environmentBuilds.engineId, alive))));
    },

    async listBuildLog(id: EnvironmentBuildId, after: number, limit: number): Promise<{ seq: number; line: string }[]> {
      return db
        .select({ seq: environmentLog.seq, line: environmentLog.line })
        .from(environmentLog)
        .where(and(eq(environmentLog.buildId, id), gt(environmentLog.seq, after)))
        .orderBy(asc(environmentLog.seq))
        .limit(limit);
    },

    /** How long a build of that kind takes usually; null before the first. */
    async usualBuildMs(adapter: string, kind: EnvironmentKind): Promise<number | null> {
      const latest = db
        .select({ ms: sql<number>`extract(epoch from ${environmentBuilds.finishedAt} - ${environmentBuilds.startedAt}) * 1000`.as("ms") })
        .from(environmentBuilds)
        .where(
          and(
            eq(environmentBuilds.adapter, adapter),
            eq(environmentBuilds.kind, kind),
            eq(environmentBuilds.state, "ready"),
            isNotNull(environmentBuilds.startedAt),
          ),
        )
        .orderBy(desc(environmentBuilds.finishedAt))
        .limit(buildsLookedAt)
        .as("latest");
      const [row] = await db.select({ usual: sql<number | null>`percentile_cont(0.5) within group (order by ${latest.ms})` }).from(latest);
      return row?.usual == null ? null : Math.round(row.usual);
    },

    async touchBuild(id: EnvironmentBuildId, now: Date): Promise<void> {
      await db.update(environmentBuilds).set({ usedAt: now }).where(eq(environmentBuilds.id, id));
    },

    /** Calls removed what is used by nothing since then, with its log; answers the keys of what is there, or will be. */
    async retireBuilds(adapter: string, unusedSince: Date): Promise<Set<Digest>> {
      const inProjects = db
        .select({ id: sql`unnest(array[${projectEnvironments.wantedId}, ${projectEnvironments.currentId}])`.as("id") })
        .from(projectEnvironments)
        .innerJoin(projects, and(eq(projects.id, projectEnvironments.projectId), isNull(projects.trashedAt)));
      const inWorksheets = db
        .select({ id: worksheetVersions.environmentBuildId })
        .from(worksheets)
        .innerJoin(worksheetVersions, eq(worksheetVersions.id, worksheets.currentVersionId))
        .where(and(isNull(worksheets.unpublishedAt), isNotNull(worksheetVersions.environmentBuildId)));
      await db
        .update(environmentBuilds)
        .set({ state: "removed" })
        .where(
          and(
            eq(environmentBuilds.adapter, adapter),
            inArray(environmentBuilds.state, ["ready", "failed", "cancelled"]),
            lt(environmentBuilds.usedAt, unusedSince),
            sql`${environmentBuilds.id} not in (${inWorksheets})`,
            sql`${environmentBuilds.id} not in (select used.id from (${inProjects}) as used where used.id is not null)`,
          ),
        );
      await db.execute(sql`delete from environment_log using environment_builds where environment_builds.id = build_id and state = 'removed'`);
      const kept = await db
        .select({ key: environmentBuilds.key })
        .from(environmentBuilds)
        .where(and(eq(environmentBuilds.adapter, adapter), inArray(environmentBuilds.state, ["queued", "building", "ready"])));
      return new Set(kept.map(({ key }) => key));
    },
  };
}

function held(lease: BuildLease): SQL | undefined {
  return and(
    eq(environmentBuilds.id, lease.buildId),
    eq(environmentBuilds.engineId, lease.engineId),
    eq(environmentBuilds.attempt, lease.attempt),
    eq(environmentBuilds.state, "building"),
  );
}
