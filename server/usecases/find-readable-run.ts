import { isId } from "#lib/domain/ids.ts";
import { can, type RunSubject } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { RunHead } from "#server/ports/store.ts";
import { worksheetSubject } from "./worksheet-card.ts";

/** A run that the actor may read; any other answers like none. */
export async function findReadableRun(ctx: Context, id: string): Promise<Result<{ run: RunHead; subject: RunSubject }>> {
  const run = isId("run", id) ? await ctx.store.findRun(id) : null;
  if (!run) return fail("not_found", "No such run.");
  const subject = await runSubject(ctx, run);
  return can(ctx.actor, "run:read", subject) ? ok({ run, subject }) : fail("not_found", "No such run.");
}

async function runSubject(ctx: Context, run: RunHead): Promise<RunSubject> {
  const published = run.purpose === "publish" ? await ctx.store.findWorksheet(run.worksheetId) : null;
  return {
    ownerId: run.ownerId,
    visitorId: run.visitorId,
    shared: run.shared,
    publishedAndReadable: published !== null && can(ctx.actor, "worksheet:read", worksheetSubject(ctx, published)),
  };
}
