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
  return ok({ run: withImagesApart(await runView(ctx, found.value.run)), cells: displayCells(version), parameters: version.compiled.parameters });
}
