import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { liveEngines } from "#server/live-engines.ts";

/** Whether this site runs anything for a stranger now: switched on, and an engine alive that can hold one in. */
export async function visitorsMayRunNow(ctx: Context): Promise<Result<void>> {
  if (!ctx.config.visitor.mayRun) return fail("forbidden", "Running without an account is switched off on this server. Sign in to run.");
  const engines = await liveEngines(ctx.store, ctx.now());
  if (engines.length === 0)
    return fail("unavailable", "The machine that runs worksheets is starting. Your values are safe; try again in a moment.", { retryAfterSeconds: 5 });
  if (engines.some((engine) => engine.details.safeForVisitors)) return ok(undefined);
  return fail("forbidden", "This server cannot isolate the runs of strangers, so that running needs an account. Sign in to run.");
}
