import type { RunId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";
import { makeThumbnail } from "./make-thumbnail.ts";

type Needs = Pick<Services, "store" | "log" | "now">;

/** Called when the run of a new version is final: its result becomes the one that everybody sees. Doing it twice is harmless. */
export async function completePublication({ store, log, now }: Needs, runId: RunId): Promise<void> {
  const run = await store.findRun(runId);
  if (run?.purpose !== "publish") return;
  if (run.state !== "done") {
    // The version that people see stays as it is; the run itself says which cell failed, and why.
    log.warn({ runId, worksheet: run.worksheetSlug, state: run.state, reason: run.error?.message }, "a worksheet was not published: its run did not succeed");
    return;
  }
  const [version, cells] = await Promise.all([store.findVersion(run.versionId), store.listRunCells(runId)]);
  if (!version) return;
  const image = await makeThumbnail(version.compiled, cells).catch((error: unknown) => {
    log.warn({ err: error, runId }, "no thumbnail could be made");
    return null;
  });
  await store.transaction(async (tx) => {
    if (image) await tx.insertBlob({ digest: image.digest, mediaType: image.mediaType, bytes: image.bytes });
    const thumbnail = image && { digest: image.digest, width: image.width, height: image.height, alt: image.alt };
    if (!(await tx.setCurrentVersion({ id: run.versionId, worksheetId: run.worksheetId, runId }, thumbnail, now()))) return;
    await tx.countPublicWorksheets();
    await tx.notify("gallery_changed", run.worksheetSlug);
  });
  log.info({ runId, worksheet: run.worksheetSlug, thumbnail: image !== null }, "a worksheet was published");
}

/** Publications that a crash cut off between their run and their being shown. */
export async function completePublications(services: Needs): Promise<void> {
  for (const runId of await services.store.listUncompletedPublications()) await completePublication(services, runId);
}
