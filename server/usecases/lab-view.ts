import type { LabView } from "#lib/domain/lab.ts";
import { routes } from "#lib/routes.ts";
import type { LabRow } from "#server/ports/store.ts";

export function labView(lab: LabRow, usualStartMs: number | null): LabView {
  return {
    id: lab.id,
    owner: lab.username,
    project: lab.project && lab.projectId ? { id: lab.projectId, slug: lab.project.slug, title: lab.project.title } : null,
    // A wish to stop is as good as done, for whoever looks.
    state: lab.stopRequested !== null && (lab.state === "ready" || lab.state === "starting") ? "stopping" : lab.state,
    phase: lab.phase,
    progress: lab.phase === "files" ? lab.progress : null,
    startedAt: lab.startedAt.toISOString(),
    usualStartMs,
    readyAt: lab.readyAt?.toISOString() ?? null,
    stopsAt: lab.stopsAt?.toISOString() ?? null,
    busy: lab.busy,
    stopReason: lab.stopReason,
    error: lab.error,
    usage: lab.usage,
    url: lab.project ? routes.lab(lab.project.slug) : routes.files(),
  };
}
