import type { VisitorId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { claimRun } from "./claim-run.ts";

const most = 200;

/** At sign-up and sign-in: what this browser ran before becomes the person's. One that cannot be moved keeps no one out. */
export async function claimVisitorRuns(ctx: Context, input: { visitorId: VisitorId | null }): Promise<Result<{ claimed: number }>> {
  const { visitorId } = input;
  if (visitorId === null) return ok({ claimed: 0 });
  let claimed = 0;
  for (const id of await ctx.store.listUnclaimedRuns(visitorId, most)) {
    try {
      const result = await claimRun(ctx, { id, visitorId });
      if (result.ok) claimed += 1;
    } catch (error) {
      ctx.log.warn({ run: id, err: String(error) }, "run of a visitor cannot be claimed");
    }
  }
  return ok({ claimed });
}
