import { areaQueries } from "./areas.ts";
import { blobQueries } from "./blobs.ts";
import type { Connection, Queryable } from "./connect.ts";
import { environmentBuildQueries } from "./environment-builds.ts";
import { figureQueries } from "./figures.ts";
import { groupQueries } from "./groups.ts";
import { labTicketQueries } from "./lab-tickets.ts";
import { labQueries } from "./labs.ts";
import { createListening } from "./listen.ts";
import { createLocks } from "./locks.ts";
import { notifyQueries } from "./notify.ts";
import { officialRequestQueries } from "./official-requests.ts";
import { oneTimeKeyQueries } from "./one-time-keys.ts";
import { projectEnvironmentQueries } from "./project-environments.ts";
import { projectListQueries } from "./project-lists.ts";
import { projectRemovalQueries } from "./project-removal.ts";
import { promiseQueries } from "./promises.ts";
import { publicationQueries } from "./publications.ts";
import { rateLimitQueries } from "./rate-limits.ts";
import { runQueueQueries } from "./run-queue.ts";
import { runQueries } from "./runs.ts";
import { sessionQueries } from "./sessions.ts";
import { tokenQueries } from "./tokens.ts";
import { uploadQueries } from "./uploads.ts";
import { userQueries } from "./users.ts";
import { workingCopyQueries } from "./working-copies.ts";
import { worksheetQueries } from "./worksheets.ts";

/** Everything that is asked of the database, by name; SQL stays in this folder. */
export function createStore(connection: Connection) {
  const listening = createListening(connection.url);
  const locks = createLocks(connection.url);
  return {
    ...queriesOn(connection),
    ...listening,
    ...locks,
    /** All of it happens or nothing; the queries inside must be those of the argument. */
    transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
      return connection.db.transaction((tx) => work(queriesOn({ db: tx })));
    },
    async close(): Promise<void> {
      await listening.closeListening();
      await locks.closeLocks();
      await connection.close();
    },
  };
}

/** What may be asked inside a transaction. */
export type Queries = ReturnType<typeof queriesOn>;

function queriesOn(connection: Queryable) {
  return {
    ...areaQueries(connection),
    ...blobQueries(connection),
    ...environmentBuildQueries(connection),
    ...figureQueries(connection),
    ...groupQueries(connection),
    ...labQueries(connection),
    ...labTicketQueries(connection),
    ...notifyQueries(connection),
    ...officialRequestQueries(connection),
    ...oneTimeKeyQueries(connection),
    ...projectEnvironmentQueries(connection),
    ...projectListQueries(connection),
    ...projectRemovalQueries(connection),
    ...promiseQueries(connection),
    ...publicationQueries(connection),
    ...rateLimitQueries(connection),
    ...runQueries(connection),
    ...runQueueQueries(connection),
    ...sessionQueries(connection),
    ...tokenQueries(connection),
    ...uploadQueries(connection),
    ...userQueries(connection),
    ...workingCopyQueries(connection),
    ...worksheetQueries(connection),
  };
}

/** Rows as the use-cases see them. */
export type { Area } from "./areas.ts";
export type { BuildLease, EnvironmentBuild } from "./environment-builds.ts";
export type { LabChange, LabLease, LabRow, LabTarget } from "./labs.ts";
export type { OfficialRequestRow } from "./official-requests.ts";
export type { ProjectEnvironment } from "./project-environments.ts";
export type { OwnProjectRow, ProjectChange, Publication } from "./project-lists.ts";
export type { RunHead, RunPosition } from "./runs.ts";
export type { UploadHead, UploadsOf } from "./uploads.ts";
export type { WorkingCopy } from "./working-copies.ts";
export type { GalleryPosition, Project, ProjectPosition, WorksheetRow, WorksheetVersion } from "./worksheets.ts";
