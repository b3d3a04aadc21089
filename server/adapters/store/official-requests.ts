import { and, desc, eq, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { officialRequests, projects, users } from "#drizzle/schema/index.ts";
import type { OfficialRequestId, ProjectId, UserId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";

export type OfficialRequest = typeof officialRequests.$inferSelect;
export type OfficialRequestRow = OfficialRequest & {
  readonly project: typeof projects.$inferSelect;
  readonly ownerName: string;
  readonly requesterName: string;
};

export function officialRequestQueries({ db }: Queryable) {
  const requester = alias(users, "requester");
  const rows = () =>
    db
      .select({ request: officialRequests, project: projects, ownerName: users.displayName, requesterName: requester.displayName })
      .from(officialRequests)
      .innerJoin(projects, eq(projects.id, officialRequests.projectId))
      .innerJoin(users, eq(users.id, projects.ownerId))
      .innerJoin(requester, eq(requester.id, officialRequests.requestedById));
  const flat = (row: Awaited<ReturnType<typeof rows>>[number]): OfficialRequestRow => ({
    ...row.request,
    project: row.project,
    ownerName: row.ownerName,
    requesterName: row.requesterName,
  });

  return {
    /** False where one is open already. */
    async insertOfficialRequest(request: {
      id: OfficialRequestId;
      projectId: ProjectId;
      requestedById: UserId;
      note: string;
      requestedAt: Date;
    }): Promise<boolean> {
      const added = await db
        .insert(officialRequests)
        .values(request)
        .onConflictDoNothing({ target: officialRequests.projectId, where: sql`state = 'open'` })
        .returning({ id: officialRequests.id });
      return added.length > 0;
    },

    async findOfficialRequest(id: OfficialRequestId): Promise<OfficialRequestRow | null> {
      const [row] = await rows().where(eq(officialRequests.id, id));
      return row ? flat(row) : null;
    },

    /** The newest of a project, whatever became of it. */
    async findOfficialRequestOf(projectId: ProjectId): Promise<OfficialRequestRow | null> {
      const [row] = await rows()
        .where(eq(officialRequests.projectId, projectId))
        .orderBy(desc(officialRequests.requestedAt), desc(officialRequests.id))
        .limit(1);
      return row ? flat(row) : null;
    },

    /** The queue: those that wait the longest first. Of the decided ones the latest first. */
    async listOfficialRequests(which: "open" | "decided", after: { requestedAt: Date; id: string } | undefined, limit: number): Promise<OfficialRequestRow[]> {
      const place = sql`(${officialRequests.requestedAt}, ${officialRequests.id})`;
      const position = after && sql`(${after.requestedAt.toISOString()}::timestamptz, ${after.id})`;
      const waiting = which === "open";
      const found = await rows()
        .where(
          and(
            waiting ? and(eq(officialRequests.state, "open"), sql`${projects.trashedAt} is null`) : sql`${officialRequests.state} in ('accepted', 'declined')`,
            position && (waiting ? sql`${place} > ${position}` : sql`${place} < ${position}`),
          ),
        )
        .orderBy(...(waiting ? [officialRequests.requestedAt, officialRequests.id] : [desc(officialRequests.requestedAt), desc(officialRequests.id)]))
        .limit(limit);
      return found.map(flat);
    },

    /** Ends an open request; false where somebody was quicker. */
    async closeOfficialRequest(
      id: OfficialRequestId,
      end: { state: "accepted" | "declined" | "withdrawn"; answer: string; decidedById: UserId | null; decidedAt: Date },
    ): Promise<boolean> {
      const closed = await db
        .update(officialRequests)
        .set(end)
        .where(and(eq(officialRequests.id, id), eq(officialRequests.state, "open")))
        .returning({ id: officialRequests.id });
      return closed.length > 0;
    },
  };
}
