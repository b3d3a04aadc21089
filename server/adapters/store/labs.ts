import { and, asc, count, desc, eq, inArray, isNotNull, isNull, notInArray, or, type SQL, sql } from "drizzle-orm";
import { engines, environmentBuilds, labs, projectEnvironments, projects, users } from "#drizzle/schema/index.ts";
import type { EngineId, LabId, ProjectId, UserId } from "#lib/domain/ids.ts";
import type { LabProgress, LabStopReason, LabUsage } from "#lib/domain/lab.ts";
import type { LabAddress } from "#server/ports/kernels.ts";
import type { Queryable } from "./connect.ts";
import { jsonb } from "./jsonb.ts";

type Lab = typeof labs.$inferSelect;
/** A lab with whom and what it belongs to. */
export type LabRow = Lab & { readonly username: string; readonly project: { readonly slug: string; readonly title: string } | null };
/** What the gateway asks of a lab, by the label of its host. */
export type LabTarget = Pick<Lab, "id" | "userId" | "projectId" | "label" | "state" | "generation" | "address" | "secret">;
/** Which start speaks: what an earlier one says, or an engine that was taken for dead, changes nothing. */
export type LabLease = { readonly labId: LabId; readonly engineId: EngineId; readonly generation: number };
export type LabChange = Partial<
  Pick<Lab, "state" | "phase" | "secret" | "stopReason" | "error" | "busy" | "activeAt" | "stopsAt" | "readyAt" | "stoppedAt" | "startMs" | "warm"> & {
    readonly address: LabAddress | null;
    readonly usage: LabUsage | null;
    readonly progress: LabProgress | null;
  }
>;

/** As in the index of open labs. */
const openStates = ["queued", "starting", "ready", "stopping"] as const;
const heldStates = ["starting", "ready", "stopping"] as const;
/** Of so many latest starts the middle one is usual. */
const startsLookedAt = 21;

export function labQueries({ db }: Queryable) {
  const heads = () =>
    db
      .select({ lab: labs, username: users.username, slug: projects.slug, title: projects.title })
      .from(labs)
      .innerJoin(users, eq(users.id, labs.userId))
      .leftJoin(projects, eq(projects.id, labs.projectId));
  const read = async (condition: SQL | undefined): Promise<LabRow[]> => {
    const rows = await heads().where(condition).orderBy(desc(labs.startedAt), asc(labs.id));
    return rows.map(({ lab, username, slug, title }) => ({ ...lab, username, project: slug === null || title === null ? null : { slug, title } }));
  };
  const readOne = async (condition: SQL | undefined): Promise<LabRow | null> => (await read(condition))[0] ?? null;
  const tell = (id: LabId): Promise<unknown> => db.execute(sql`select pg_notify('lab_changed', ${id})`);

  return {
    findLab: (id: LabId): Promise<LabRow | null> => readOne(eq(labs.id, id)),
    findLabOf: (userId: UserId, projectId: ProjectId | null): Promise<LabRow | null> => readOne(labOf(userId, projectId)),
    /** Of one person, or of everybody: what runs, starts or stops; the latest first. */
    listOpenLabs: (userId: UserId | null): Promise<LabRow[]> => read(and(inArray(labs.state, [...openStates]), userId ? eq(labs.userId, userId) : undefined)),

    async countOpenLabs(userId: UserId): Promise<number> {
      return db.$count(labs, and(eq(labs.userId, userId), inArray(labs.state, [...openStates])));
    },

    async findLabByLabel(label: string): Promise<LabTarget | null> {
      const { id, userId, projectId, state, generation, address, secret } = labs;
      const [row] = await db.select({ id, userId, projectId, label: labs.label, state, generation, address, secret }).from(labs).where(eq(labs.label, label));
      return row ?? null;
    },

    /** Null where the person has one on that project already. */
    async insertLab(lab: Pick<Lab, "id" | "userId" | "projectId" | "label" | "startedAt" | "keptAt">): Promise<LabRow | null> {
      const rows = await db.insert(labs).values(lab).onConflictDoNothing().returning({ id: labs.id });
      return rows.length > 0 ? readOne(eq(labs.id, lab.id)) : null;
    },

    /** Counts the open labs of a person, and lets nobody else open one of theirs until the transaction ends. */
    async lockOpenLabs(userId: UserId): Promise<number> {
      await db.execute(sql`select 1 from users where id = ${userId} for no key update`);
      const [row] = await db
        .select({ open: count() })
        .from(labs)
        .where(and(eq(labs.userId, userId), inArray(labs.state, ["queued", "starting", "ready"])));
      return row?.open ?? 0;
    },

    /** Into the queue again, under the same label. False where it is open already, and nobody has asked to stop it. */
    async queueLabAgain(id: LabId, now: Date): Promise<boolean> {
      const queued = await db
        .update(labs)
        .set({ ...afresh, state: "queued", phase: "queued", generation: sql`${labs.generation} + 1`, engineId: null, startedAt: now, keptAt: now })
        .where(and(eq(labs.id, id), or(inArray(labs.state, ["stopping", "stopped", "failed"]), isNotNull(labs.stopRequested))))
        .returning({ id: labs.id });
      return queued.length > 0;
    },

    /**
     * Writes down the wish; whoever has the lab hears of it by `lab_stop`. What still waits in the queue has ended by that.
     * False where nothing is open.
     */
    async requestLabStop(id: LabId, reason: LabStopReason, now: Date): Promise<boolean> {
      const at = now.toISOString();
      const rows = await db.execute(sql`
        with asked as (
          update labs set stop_requested = coalesce(stop_requested, ${reason}),
            state = case when state = 'queued' then 'stopped' else state end,
            stop_reason = case when state = 'queued' then ${reason} else stop_reason end,
            stopped_at = case when state = 'queued' then ${at}::timestamptz else stopped_at end
          where id = ${id} and state in ('queued', 'starting', 'ready', 'stopping') returning id
        ),
        told as (select pg_notify('lab_changed', id) from asked)
        select pg_notify('lab_stop', id) from asked, (select count(*) from told) as all_told`);
      return rows.length > 0;
    },

    /** Somebody looks. */
    async keepLab(id: LabId, now: Date): Promise<boolean> {
      const kept = await db
        .update(labs)
        .set({ keptAt: now, stopsAt: null })
        .where(and(eq(labs.id, id), inArray(labs.state, [...openStates])))
        .returning({ id: labs.id });
      if (kept.length > 0) await tell(id);
      return kept.length > 0;
    },

    /** What waits, the oldest first, with what its project stands on (null: the site's own environment). */
    async listWaitingLabs(limit: number): Promise<{ id: LabId; image: string | null }[]> {
      return db
        .select({ id: labs.id, image: environmentBuilds.digest })
        .from(labs)
        .leftJoin(projectEnvironments, eq(projectEnvironments.projectId, labs.projectId))
        .leftJoin(environmentBuilds, eq(environmentBuilds.id, projectEnvironments.currentId))
        .where(eq(labs.state, "queued"))
        .orderBy(asc(labs.startedAt), asc(labs.id))
        .limit(limit);
    },

    /** Takes the lab that has waited longest, or null; not `except` those that others shall have first. */
    async claimLab(engineId: EngineId, except: readonly LabId[] = []): Promise<LabRow | null> {
      const rows = await db.execute<{ id: LabId }>(sql`
        with next as (
          select id from labs where state = 'queued' and not (id = any(${sql.param([...except])}::text[]))
          order by started_at, id limit 1 for update skip locked
        )
        update labs set state = 'starting', phase = 'files', engine_id = ${engineId} from next where labs.id = next.id returning labs.id`);
      const id = rows[0]?.id;
      if (!id) return null;
      await tell(id);
      return readOne(eq(labs.id, id));
    },

    /** False where the lab is no longer held by that lease: nothing was changed then. */
    async changeLab(lease: LabLease, { address, usage, progress, ...change }: LabChange): Promise<boolean> {
      const changed = await db
        .update(labs)
        .set({
          ...change,
          ...(address === undefined ? {} : { address: address && jsonb(address) }),
          ...(usage === undefined ? {} : { usage: usage && jsonb(usage) }),
          ...(progress === undefined ? {} : { progress: progress && jsonb(progress) }),
        })
        .where(held(lease))
        .returning({ id: labs.id });
      if (changed.length > 0) await tell(lease.labId);
      return changed.length > 0;
    },

    /** What this engine holds by the database's word: to hear of wishes to stop, and of what it no longer knows. */
    async listHeldLabs(engineId: EngineId): Promise<Pick<Lab, "id" | "generation" | "state" | "stopRequested" | "keptAt">[]> {
      const { id, generation, state, stopRequested, keptAt } = labs;
      return db
        .select({ id, generation, state, stopRequested, keptAt })
        .from(labs)
        .where(and(eq(labs.engineId, engineId), inArray(state, [...heldStates])));
    },

    /** Ends the rows of labs that nobody holds any more: of `ownLife` (the former life of the engine that asks) and of engines silent since; `why` is told with it. */
    async endAbandonedLabs(silentSince: Date, ownLife: EngineId | null, now: Date, why: string | null = null): Promise<number> {
      const alive = db.select({ id: engines.id }).from(engines).where(sql`${engines.heartbeatAt} > ${silentSince.toISOString()}::timestamptz`);
      const ended = await db
        .update(labs)
        .set({ ...afresh, state: "stopped", stopReason: sql`coalesce(${labs.stopRequested}, 'server_stopped')`, error: why, stoppedAt: now })
        .where(
          and(
            inArray(labs.state, [...heldStates]),
            or(ownLife === null ? undefined : eq(labs.engineId, ownLife), isNull(labs.engineId), notInArray(labs.engineId, alive)),
          ),
        )
        .returning({ id: labs.id });
      for (const { id } of ended) await tell(id);
      return ended.length;
    },

    /** How long a start takes usually; null before the first. */
    async usualLabStart(): Promise<number | null> {
      const latest = db
        .select({ ms: labs.startMs })
        .from(labs)
        .where(sql`${labs.startMs} is not null`)
        .orderBy(desc(labs.startedAt))
        .limit(startsLookedAt)
        .as("latest");
      const [row] = await db.select({ usual: sql<number | null>`percentile_cont(0.5) within group (order by ${latest.ms})` }).from(latest);
      return row?.usual == null ? null : Math.round(row.usual);
    },
  };
}

/** What belongs to one start alone. */
const afresh = {
  stopRequested: null,
  address: null,
  secret: null,
  stopReason: null,
  error: null,
  usage: null,
  progress: null,
  busy: null,
  activeAt: null,
  stopsAt: null,
  readyAt: null,
  stoppedAt: null,
} as const;

function labOf(userId: UserId, projectId: ProjectId | null): SQL | undefined {
  return and(eq(labs.userId, userId), projectId === null ? isNull(labs.projectId) : eq(labs.projectId, projectId));
}

function held({ labId, engineId, generation }: LabLease): SQL | undefined {
  return and(eq(labs.id, labId), eq(labs.engineId, engineId), eq(labs.generation, generation), inArray(labs.state, [...heldStates]));
}
