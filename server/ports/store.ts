import type { createStore } from "#server/adapters/store/store.ts";

/** There is one SQL implementation; the port is its type, so that the two cannot drift apart. */
export type Store = ReturnType<typeof createStore>;

/**
 * The named lock of whoever removes files that rows have named (projects out of the trash, results nobody claimed), and of a
 * backup, which copies rows and then files: nothing may go in between.
 */
export const removalLock = "removal";

export type { PromisedRun } from "#server/adapters/store/promises.ts";
export type { EngineDetails, RunLease } from "#server/adapters/store/run-queue.ts";
export type { Run } from "#server/adapters/store/runs.ts";
/** What may be asked inside a transaction. */
export type {
  Area,
  BuildLease,
  EnvironmentBuild,
  GalleryPosition,
  LabChange,
  LabLease,
  LabRow,
  LabTarget,
  OfficialRequestRow,
  OwnProjectRow,
  Project,
  ProjectChange,
  ProjectEnvironment,
  ProjectPosition,
  Publication,
  Queries,
  RunHead,
  RunPosition,
  UploadHead,
  UploadsOf,
  WorkingCopy,
  WorksheetRow,
  WorksheetVersion,
} from "#server/adapters/store/store.ts";
export type { User } from "#server/adapters/store/users.ts";
