import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { findReadableRun } from "./find-readable-run.ts";

/** Lets everybody who has the link read the run, or nobody else any more. */
export async function shareRun(ctx: Context, input: { id: string; shared: boolean }): Promise<Result<{ id: string; shared: boolean; url: string }>> {
  const found = await findReadableRun(ctx, input.id);
  if (!found.ok) return found;
  const { run, subject } = found.value;
  if (!can(ctx.actor, "run:share", subject)) return fail("forbidden", "Only the signed-in person who ran this can share it.");
  await ctx.store.updateRun(run.id, { shared: input.shared });
  return ok({ id: run.id, shared: input.shared, url: `${ctx.config.publicUrl}${routes.run(run.id)}` });
}
