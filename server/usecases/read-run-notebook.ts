import { isFinal } from "#lib/domain/run.ts";
import { fail, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findReadableRun } from "./find-readable-run.ts";
import { type OpenedFile, openRunFile } from "./open-run-file.ts";

/** The executed notebook, named after its worksheet. */
export async function readRunNotebook(ctx: Context, input: { id: string }): Promise<Result<OpenedFile>> {
  const found = await findReadableRun(ctx, input.id);
  if (!found.ok) return found;
  const { run } = found.value;
  if (!isFinal(run.state)) return fail("conflict", "The notebook is written when the run is finished.");
  const opened = await openRunFile(ctx, { id: input.id, path: "notebook.ipynb" });
  if (!opened.ok) return fail("not_found", "The executed notebook of this run is not kept any more.");
  return { ok: true, value: { ...opened.value, name: `${run.worksheetSlug}-${run.id.slice(-6)}.ipynb` } };
}
