import type { Parameter } from "#lib/domain/parameter.ts";
import type { DisplayCell, RunView } from "#lib/domain/worksheet.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { withImagesApart } from "#lib/worksheet/stored-image.ts";
import type { Context } from "#server/context.ts";
import { findReadableRun } from "./find-readable-run.ts";
import { runView } from "./run-view.ts";
import { displayCells } from "./show-worksheet.ts";

/** For a page: a run with the text around its outputs, as the worksheet stood when it ran. */
export type RunReport = { readonly run: RunView; readonly cells: readonly DisplayCell[]; readonly parameters: readonly Parameter[] };

export async function showRunReport(ctx: Context, input: { id: string }): Promise<Result<RunReport>> {
  const found = await findReadableRun(ctx, input.id);
  if (!found.ok) return found;
  const version = await ctx.store.findVersion(found.value.run.versionId);
  if (!version) return fail("not_found", "No such run.");
  // A run stays readable when its project is gone.
  const worksheet = await ctx.store.findWorksheet(version.worksheetId);
  return ok({
    run: withImagesApart(await runView(ctx, found.value.run, worksheet ? { version, worksheet } : undefined)),
    cells: displayCells(version, worksheet?.project.slug ?? null),
    parameters: version.compiled.parameters,
  });
}
