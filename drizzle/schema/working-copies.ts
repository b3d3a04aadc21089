import { jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { BlobId, CommitId, ProjectId, UserId, WorkingCopyId } from "#lib/domain/ids.ts";
import { instant } from "./columns.ts";
import { projects } from "./projects.ts";
import { users } from "./users.ts";

/** One person's files of a project, at `projects/<folder>` in their home. Files and base change together under the store's named lock. */
export const workingCopies = pgTable(
  "working_copies",
  {
    id: text("id").$type<WorkingCopyId>().primaryKey(),
    projectId: text("project_id")
      .$type<ProjectId>()
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Stays when the project is renamed: a kernel may be at work in it. */
    folder: text("folder").notNull(),
    /** What the folder is on its disk, so that one that was renamed is found and one made anew is not taken for it. */
    folderIdentity: text("folder_identity"),
    /** What the files were made from; null until the first files stand, and for an empty project. */
    baseCommit: text("base_commit").$type<CommitId>(),
    /** Where files are being changed to: a crash in between is finished by doing it again, which changes nothing twice. */
    pendingCommit: text("pending_commit").$type<CommitId>(),
    /** Path → what the merged file will be, written down before it is: after a crash it is known for done, and not merged a second time. */
    pendingFiles: jsonb("pending_files").$type<Readonly<Record<string, BlobId>>>(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("working_copies_of").on(t.projectId, t.userId), uniqueIndex("working_copies_folder").on(t.userId, t.folder)],
);
