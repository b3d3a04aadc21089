import type { ProjectId } from "#lib/domain/ids.ts";
import type { Queries } from "#server/ports/store.ts";

/**
 * What everybody sees of a project's worksheets follows the project: their columns, the counts, and the kept pages.
 * To be called in the transaction that changes the project. `left`: addresses and areas that it no longer has.
 */
export async function tellGallery(tx: Queries, id: ProjectId, slug: string, left: { readonly slug?: string; readonly area?: string } = {}): Promise<void> {
  const worksheets = await tx.copyToWorksheets(id);
  await tx.countPublicWorksheets();
  const pages = [
    ...worksheets,
    `project:${slug}`,
    ...(left.slug === undefined ? [] : [`project:${left.slug}`]),
    ...(left.area === undefined ? [] : [`area:${left.area}`]),
  ];
  for (const page of pages) await tx.notify("gallery_changed", page);
}
