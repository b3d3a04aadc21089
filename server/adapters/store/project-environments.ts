import { and, eq } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { environmentBases, environmentBuilds, projectEnvironments } from "#drizzle/schema/index.ts";
import type { ProjectId } from "#lib/domain/ids.ts";
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
      const current = alias(environmentBuilds, "current");
      const [row] = await db
        .select({ environment: projectEnvironments, wanted, current })
        .from(projectEnvironments)
        .leftJoin(wanted, eq(wanted.id, projectEnvironments.wantedId))
        .leftJoin(current, eq(current.id, projectEnvironments.currentId))
        .where(eq(projectEnvironments.projectId, projectId));
      if (!row) return null;
      const { wantedId: _wanted, currentId: _current, ...environment } = row.environment;
      return { ...environment, wanted: row.wanted, current: row.current };
    },

    /** `wantedId` null and nothing unmade: the site's own environment is enough, and becomes what runs stand on. */
    async setProjectEnvironment(environment: Pick<Row, "projectId" | "commit" | "asked" | "unmade" | "wantedId">, now: Date): Promise<void> {
      const { projectId, commit, asked, unmade, wantedId } = environment;
      const made = wantedId === null ? null : await readyId(wantedId);
      const set = { commit, asked: jsonb(asked), unmade, wantedId, updatedAt: now };
      const current = wantedId === null && unmade === null ? { currentId: null } : made ? { currentId: made } : {};
      await db
        .insert(projectEnvironments)
        .values({ projectId, ...set, ...current })
        .onConflictDoUpdate({ target: projectEnvironments.projectId, set: { ...set, ...current } });
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

  async function readyId(id: EnvironmentBuild["id"]): Promise<EnvironmentBuild["id"] | null> {
    const [row] = await db
      .select({ id: environmentBuilds.id })
      .from(environmentBuilds)
      .where(and(eq(environmentBuilds.id, id), eq(environmentBuilds.state, "ready")));
    return row?.id ?? null;
  }
}
