import { and, eq, isNull, ne, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { acceptedEnvironments, environmentBases, environmentBuilds, projectEnvironments, projects } from "#drizzle/schema/index.ts";
import type { ProjectId, UserId } from "#lib/domain/ids.ts";
import type { Inventory } from "#lib/environment/trim-plan.ts";
import type { Queryable } from "./connect.ts";
import type { EnvironmentBuild } from "./environment-builds.ts";
import { jsonb } from "./jsonb.ts";

type Row = typeof projectEnvironments.$inferSelect;
/** What a project asks for, with the build of it, and what its runs stand on meanwhile. */
export type ProjectEnvironment = Omit<Row, "wantedId" | "currentId"> & { readonly wanted: EnvironmentBuild | null; readonly current: EnvironmentBuild | null };

export function projectEnvironmentQueries({ db }: Queryable) {
  return {
    async findProjectEnvironment(projectId: ProjectId): Promise<ProjectEnvironment | null> {
      const wanted = alias(environmentBuilds, "wanted");
      const before = alias(environmentBuilds, "before");
      const [row] = await db
        .select({ environment: projectEnvironments, wanted, current: before })
        .from(projectEnvironments)
        .leftJoin(wanted, eq(wanted.id, projectEnvironments.wantedId))
        .leftJoin(before, eq(before.id, projectEnvironments.currentId))
        .where(eq(projectEnvironments.projectId, projectId));
      if (!row) return null;
      const { wantedId: _wanted, currentId: _current, ...environment } = row.environment;
      // It may have become ready in the moment in which it was written down as wanted.
      const current = row.wanted?.state === "ready" ? row.wanted : row.current;
      return { ...environment, wanted: row.wanted, current };
    },

    /** `wantedId` null and nothing unmade: the site's own environment is enough, and becomes what runs stand on. */
    async setProjectEnvironment(environment: Pick<Row, "projectId" | "commit" | "asked" | "unmade" | "waits" | "wantedId">, now: Date): Promise<void> {
      const { projectId, commit, asked, unmade, waits, wantedId } = environment;
      const made = wantedId === null ? null : await readyId(wantedId);
      const set = { commit, asked: jsonb(asked), unmade, waits, wantedId, updatedAt: now };
      const before = await wantedOf(projectId);
      const current = wantedId === null && unmade === null ? { currentId: null } : made ? { currentId: made } : {};
      await db
        .insert(projectEnvironments)
        .values({ projectId, ...set, ...current })
        .onConflictDoUpdate({ target: projectEnvironments.projectId, set: { ...set, ...current } });
      if (before !== null && before !== wantedId) await forgetUnwanted(before);
    },

    /** Whether projects of other people wait for the same build. */
    async isWantedByOthers(buildId: EnvironmentBuild["id"], ownerId: UserId): Promise<boolean> {
      const [row] = await db
        .select({ one: sql`1` })
        .from(projectEnvironments)
        .innerJoin(projects, and(eq(projects.id, projectEnvironments.projectId), isNull(projects.trashedAt)))
        .where(and(eq(projectEnvironments.wantedId, buildId), ne(projects.ownerId, ownerId)))
        .limit(1);
      return row !== undefined;
    },

    async acceptEnvironment(userId: UserId, buildId: EnvironmentBuild["id"], now: Date): Promise<void> {
      await db.insert(acceptedEnvironments).values({ userId, buildId, acceptedAt: now }).onConflictDoNothing();
    },

    async hasAcceptedEnvironment(userId: UserId, buildId: EnvironmentBuild["id"]): Promise<boolean> {
      return (await db.$count(acceptedEnvironments, and(eq(acceptedEnvironments.userId, userId), eq(acceptedEnvironments.buildId, buildId)))) > 0;
    },

    async upsertEnvironmentBase(adapter: string, digest: string, inventory: Inventory, now: Date): Promise<void> {
      await db
        .insert(environmentBases)
        .values({ adapter, digest, inventory: jsonb(inventory), seenAt: now })
        .onConflictDoUpdate({ target: [environmentBases.adapter, environmentBases.digest], set: { inventory: jsonb(inventory), seenAt: now } });
    },

    async findEnvironmentBase(adapter: string, digest: string): Promise<Inventory | null> {
      const [row] = await db
        .select({ inventory: environmentBases.inventory })
        .from(environmentBases)
        .where(and(eq(environmentBases.adapter, adapter), eq(environmentBases.digest, digest)));
      return row?.inventory ?? null;
    },
  };

  async function wantedOf(projectId: ProjectId): Promise<EnvironmentBuild["id"] | null> {
    const [row] = await db.select({ id: projectEnvironments.wantedId }).from(projectEnvironments).where(eq(projectEnvironments.projectId, projectId));
    return row?.id ?? null;
  }

  /** What still waits in the queue although its files were changed again, and nobody else asks for it. */
  async function forgetUnwanted(id: EnvironmentBuild["id"]): Promise<void> {
    const isWanted = db.select({ one: sql`1` }).from(projectEnvironments).where(eq(projectEnvironments.wantedId, id));
    await db
      .update(environmentBuilds)
      .set({ state: "removed" })
      .where(and(eq(environmentBuilds.id, id), eq(environmentBuilds.state, "queued"), notExists(isWanted)));
  }

  async function readyId(id: EnvironmentBuild["id"]): Promise<EnvironmentBuild["id"] | null> {
    const [row] = await db
      .select({ id: environmentBuilds.id })
      .from(environmentBuilds)
      .where(and(eq(environmentBuilds.id, id), eq(environmentBuilds.state, "ready")));
    return row?.id ?? null;
  }
}
