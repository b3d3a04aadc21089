import type { RunView } from "#lib/domain/worksheet.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findReadableRun } from "./find-readable-run.ts";
import { runView } from "./run-view.ts";

export async function showRun(ctx: Context, input: { id: string }): Promise<Result<RunView>> {
  const found = await findReadableRun(ctx, input.id);
  return found.ok ? ok(await runView(ctx, found.value.run)) : found;
}
