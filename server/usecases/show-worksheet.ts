import type { WorksheetId } from "#lib/domain/ids.ts";
import type { CompiledCell, CompiledWorksheet, DisplayCell, Problem, WorksheetView } from "#lib/domain/worksheet.ts";
import { nearbyInVersion } from "#lib/files/nearby-files.ts";
import { renderMarkdown } from "#lib/markdown.ts";
import type { NearbyFiles } from "#lib/markdown-files.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { WorksheetVersion } from "#server/ports/store.ts";
import { runView } from "./run-view.ts";
import { worksheetCard, worksheetSubject } from "./worksheet-card.ts";

/** All that a worksheet's page shows, its published result included. */
export async function showWorksheet(ctx: Context, input: { idOrSlug: string }): Promise<Result<WorksheetView>> {
  const row = await ctx.store.findWorksheet(input.idOrSlug);
  if (!row || !can(ctx.actor, "worksheet:read", worksheetSubject(ctx, row))) return fail("not_found", "No such worksheet.");
  const { worksheet } = row;
  const version = worksheet.currentVersionId === null ? null : await ctx.store.findVersion(worksheet.currentVersionId);
  if (!version) return fail("not_found", "No such worksheet.");
  const writes = can(ctx.actor, "project:write", worksheetSubject(ctx, row));
  const [result, usualDurationMs, failedPublication] = await Promise.all([
    version.resultRunId === null ? null : ctx.store.findRun(version.resultRunId),
    ctx.store.usualDurationMs(worksheet.id),
    writes ? findFailedPublication(ctx, worksheet.id) : null,
  ]);
  return ok({
    card: worksheetCard(row),
    parameters: version.compiled.parameters,
    cells: displayCells(version, row.project.slug),
    result: result && (await runView(ctx, result, { version, worksheet: row })),
    commit: version.commit,
    notebookPath: version.notebookPath,
    environment: { name: version.environmentName, digest: version.environmentDigest },
    dataSources: worksheet.dataSources,
    usualDurationMs,
    mayWrite: writes,
    isPrivate: worksheet.visibility === "private",
    problems: writes ? version.problems : [],
    failedPublication,
  });
}

/** A version that could not be computed leaves the former one on the page: its author would otherwise wait for it in vain. */
async function findFailedPublication(ctx: Context, id: WorksheetId): Promise<Pick<Problem, "cell" | "message"> | null> {
  const newest = await ctx.store.findNewestPublication(id);
  if (!newest?.error || (newest.state !== "failed" && newest.state !== "lost")) return null;
  return { cell: newest.error.cell ?? null, message: newest.error.message };
}

/** Markdown rendered once a version: it never changes, and rendering maths is most of what a page would cost. `projectSlug`: null where the project is no more. */
const rendered = new Map<string, readonly DisplayCell[]>();
const remembered = 200;

export function displayCells(version: WorksheetVersion, projectSlug: string | null): readonly DisplayCell[] {
  const name = `${version.id} ${projectSlug}`;
  const known = rendered.get(name);
  if (known) return known;
  const files = projectSlug === null ? undefined : nearbyInVersion({ slug: projectSlug, commit: version.commit, path: version.notebookPath });
  const cells = displayCellsOf(version.compiled, files);
  if (rendered.size >= remembered) rendered.clear();
  rendered.set(name, cells);
  return cells;
}

/** What the browser gets of a compiled notebook. */
export function displayCellsOf(compiled: Pick<CompiledWorksheet, "cells">, files?: NearbyFiles): readonly DisplayCell[] {
  return compiled.cells.flatMap((cell) => displayCell(cell, files) ?? []);
}

/** The source of a code cell leaves the server only where its author shows it. */
function displayCell(cell: CompiledCell, files: NearbyFiles | undefined): DisplayCell | null {
  if (cell.kind === "markdown") return { kind: "markdown", index: cell.index, html: renderMarkdown(cell.source, { files, attachments: cell.attachments }) };
  const source = cell.show.source === "removed" ? null : cell.source;
  if (source === null && cell.show.outputs === "removed") return null;
  return { kind: "code", index: cell.index, source, sourceFolded: cell.show.source === "folded", show: cell.show };
}
