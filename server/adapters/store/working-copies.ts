import { and, eq, inArray, ne, sql } from "drizzle-orm";
import { projects, workingCopies } from "#drizzle/schema/index.ts";
import type { BlobId, CommitId, ProjectId, UserId, WorkingCopyId } from "#lib/domain/ids.ts";
import type { Queryable } from "./connect.ts";

export type WorkingCopy = typeof workingCopies.$inferSelect;

export function workingCopyQueries({ db }: Queryable) {
  return {
    async findWorkingCopy(projectId: ProjectId, userId: UserId): Promise<WorkingCopy | null> {
      const [row] = await db
        .select()
        .from(workingCopies)
        .where(and(eq(workingCopies.projectId, projectId), eq(workingCopies.userId, userId)));
      return row ?? null;
    },

    /** Null where the person has one of this project already, or another one in this folder. */
    async insertWorkingCopy(row: { id: WorkingCopyId; projectId: ProjectId; userId: UserId; folder: string }): Promise<WorkingCopy | null> {
      const [inserted] = await db.insert(workingCopies).values(row).onConflictDoNothing().returning();
      return inserted ?? null;
    },

    /** Where the files are now. Another working copy that was there is no longer: its next opening finds it a place. */
    async placeWorkingCopy({ id, userId }: WorkingCopy, folder: string, folderIdentity: string): Promise<void> {
      await db
        .update(workingCopies)
        .set({ folder: sql`${workingCopies.folder} || '~' || ${workingCopies.id}` })
        .where(and(eq(workingCopies.userId, userId), eq(workingCopies.folder, folder), ne(workingCopies.id, id)));
      await db.update(workingCopies).set({ folder, folderIdentity }).where(eq(workingCopies.id, id));
    },

    /** Said before any file changes. */
    async beginWorkingCopyUpdate(
      id: WorkingCopyId,
      update: { readonly base: CommitId | null; readonly to: CommitId; readonly files: Readonly<Record<string, BlobId>> | null },
      now: Date,
    ): Promise<void> {
      await db
        .update(workingCopies)
        .set({ baseCommit: update.base, pendingCommit: update.to, pendingFiles: update.files, updatedAt: now })
        .where(eq(workingCopies.id, id));
    },

    /** Said when all files stand. */
    async setWorkingCopyBase(id: WorkingCopyId, base: CommitId | null, now: Date): Promise<void> {
      await db.update(workingCopies).set({ baseCommit: base, pendingCommit: null, pendingFiles: null, updatedAt: now }).where(eq(workingCopies.id, id));
    },

    /** What stands behind the folders below `projects/` in somebody's home. */
    async listWorkingFolders(userId: UserId, folders: readonly string[]): Promise<{ folder: string; slug: string; title: string }[]> {
      if (folders.length === 0) return [];
      return db
        .select({ folder: workingCopies.folder, slug: projects.slug, title: projects.title })
        .from(workingCopies)
        .innerJoin(projects, eq(projects.id, workingCopies.projectId))
        .where(and(eq(workingCopies.userId, userId), inArray(workingCopies.folder, [...folders])));
    },

    /** A version was saved: lists show it first, open pages hear of it. */
    async touchProject(id: ProjectId, at: Date): Promise<void> {
      await db.update(projects).set({ updatedAt: at }).where(eq(projects.id, id));
    },

    async setUpstreamCommit(id: ProjectId, commit: CommitId): Promise<void> {
      await db.update(projects).set({ upstreamCommit: commit }).where(eq(projects.id, id));
    },
  };
}
