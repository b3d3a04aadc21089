import type { OfficialRequestView } from "#lib/domain/project.ts";
import type { OfficialRequestRow } from "#server/ports/store.ts";

export function officialRequestView(row: OfficialRequestRow): OfficialRequestView {
  const { project } = row;
  return {
    id: row.id,
    project: { id: project.id, slug: project.slug, title: project.title, owner: row.ownerName, worksheets: project.publicWorksheets },
    requestedBy: row.requesterName,
    note: row.note,
    state: row.state,
    answer: row.answer,
    requestedAt: row.requestedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}
