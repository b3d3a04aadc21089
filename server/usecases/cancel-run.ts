import { isFinal, type RunState } from "#lib/domain/run.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { findReadableRun } from "./find-readable-run.ts";

/** A queued run ends at once; one that an engine has ends when the engine hears of it. Asking twice is harmless. */
export async function cancelRun(ctx: Context, input: { id: string }): Promise<Result<{ id: string; state: RunState }>> {
  const found = await findReadableRun(ctx, input.id);
  if (!found.ok) return found;
  const { run, subject } = found.value;
  if (!can(ctx.actor, "run:cancel", subject)) return fail("forbidden", "Only the person who started this run can stop it.");
  if (isFinal(run.state)) return ok({ id: run.id, state: run.state });
  const cancelled = await ctx.store.transaction(async (tx) => {
    const ended = await tx.cancelQueuedRun(run.id, ctx.now());
    if (!ended) await tx.requestCancel(run.id);
    await tx.notify(ended ? "run_event" : "run_cancel", run.id);
    return ended;
  });
  return ok({ id: run.id, state: cancelled ? "cancelled" : run.state });
}
