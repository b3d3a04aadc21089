import type { CellResult, RunEvent } from "#lib/domain/run.ts";
import { isFinal } from "#lib/domain/run.ts";
import type { RunView } from "#lib/domain/worksheet.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { can } from "#lib/policy.ts";
import { foldEvents } from "#lib/worksheet/fold-events.ts";
import { changedNames } from "#lib/worksheet/values.ts";
import type { Context } from "#server/context.ts";
import type { RunHead, WorksheetRow, WorksheetVersion } from "#server/ports/store.ts";
import { projectSubject } from "./worksheet-card.ts";

type Known = { readonly version: WorksheetVersion; readonly worksheet: WorksheetRow };

/** A run as somebody sees it who may read it: so far, or for ever once it is final. */
export async function runView(ctx: Context, run: RunHead, known?: Known): Promise<RunView> {
  const [parameters, tracebacks, progress, source, record] = await Promise.all([
    known?.version.compiled.parameters ?? ctx.store.listParameters([run.versionId]).then((found) => found.get(run.versionId) ?? []),
    mayReadTracebacks(ctx, run, known?.worksheet),
    readProgress(ctx, run),
    cachedFrom(ctx, run),
    recordFor(ctx, run),
  ]);
  return {
    id: run.id,
    state: run.state,
    worksheet: { id: run.worksheetId, slug: run.worksheetSlug, title: run.worksheetTitle },
    values: run.values,
    changed: changedNames(parameters, run.values),
    cells: tracebacks ? progress.cells : progress.cells.map(withoutTracebacks),
    error: run.error,
    queuedAt: run.queuedAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
    cachedFrom: source,
    record,
    lastEvent: progress.lastEvent,
    owner: ownerOf(ctx, run),
    shared: run.shared,
    expiresAt: run.expiresAt?.toISOString() ?? null,
  };
}

/** The author sees where a cell broke; a traceback shows source, which for others stays with the author. */
export async function mayReadTracebacks(ctx: Context, run: Pick<RunHead, "worksheetId">, known?: WorksheetRow): Promise<boolean> {
  if (ctx.actor.kind === "visitor") return false;
  const row = known ?? (await ctx.store.findWorksheet(run.worksheetId));
  return row !== null && can(ctx.actor, "project:write", projectSubject(ctx, row.project));
}

export function withoutTracebacks<C extends Pick<CellResult, "outputs">>(cell: C): C {
  return { ...cell, outputs: cell.outputs.map(withoutTraceback) };
}

export function eventWithoutTraceback(event: RunEvent): RunEvent {
  return event.type === "output" || event.type === "replace" ? { ...event, output: withoutTraceback(event.output) } : event;
}

function withoutTraceback(output: Output): Output {
  return output.output_type === "error" ? { ...output, traceback: [] } : output;
}

/** Cells and the number of the last event that is in them, which belong together while a run goes on. */
async function readProgress(ctx: Context, run: RunHead): Promise<{ cells: readonly CellResult[]; lastEvent: number }> {
  if (isFinal(run.state)) return { cells: await ctx.store.listRunCells(run.id), lastEvent: run.lastEvent };
  const events = await ctx.store.listRunEvents(run.id, 0, 1_000_000);
  return {
    cells: foldEvents(
      [],
      events.map((row) => row.event),
    ),
    lastEvent: events.at(-1)?.seq ?? 0,
  };
}

/** Knowing the address of a visitor's run is being let in, so that another's is named by its age alone. */
async function cachedFrom(ctx: Context, run: RunHead): Promise<RunView["cachedFrom"]> {
  if (run.cachedFromId === null) return null;
  const source = await ctx.store.findRun(run.cachedFromId);
  const mayKnow = source !== null && (source.purpose === "publish" || ["you", "published"].includes(ownerOf(ctx, source)));
  return { id: mayKnow ? source.id : run.id, finishedAt: run.record?.finishedAt ?? run.queuedAt.toISOString() };
}

/** The record names who ran it; others than that person see the name they go by. */
async function recordFor(ctx: Context, run: RunHead): Promise<RunView["record"]> {
  if (!run.record?.who || ownerOf(ctx, run) === "you") return run.record;
  const owner = run.ownerId === null ? null : await ctx.store.findUser(run.ownerId);
  return { ...run.record, who: owner?.displayName ?? null };
}

function ownerOf({ actor }: Context, run: RunHead): RunView["owner"] {
  if (run.purpose === "publish") return "published";
  if (run.ownerId !== null) return actor.kind === "user" && actor.userId === run.ownerId ? "you" : "someone";
  return actor.kind === "visitor" && actor.visitorId !== null && actor.visitorId === run.visitorId ? "you" : "visitor";
}
