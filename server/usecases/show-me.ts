import type { MeView } from "#lib/domain/me.ts";
import { ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { visitorsMayRunNow } from "./run-permission.ts";

/** Who I am here, what of mine runs, and whether I may run. */
export async function showMe(ctx: Context): Promise<Result<MeView>> {
  const { actor } = ctx;
  const site = { registration: ctx.config.registration, visitorDays: ctx.config.visitor.keepDays };
  if (actor.kind === "user") {
    // Asked at every page: the database knows the sum, the files would have to be opened one by one.
    const [user, runs, labs, usedBytes] = await Promise.all([
      ctx.store.findUser(actor.userId),
      ctx.store.countOpenRuns({ ownerId: actor.userId }),
      ctx.store.countOpenLabs(actor.userId),
      ctx.store.sumRunFiles(actor.userId),
    ]);
    const person = { username: actor.username, displayName: user?.displayName ?? actor.username, level: actor.level };
    return ok({ person, running: runs + labs, home: { usedBytes, limitBytes: ctx.config.person.homeBytes }, mayRun: { allowed: true, reason: null }, ...site });
  }
  const may = await visitorsMayRunNow(ctx);
  const running = actor.kind === "visitor" && actor.visitorId !== null ? await ctx.store.countOpenRuns({ visitorId: actor.visitorId }) : 0;
  return ok({ person: null, running, home: null, mayRun: { allowed: may.ok, reason: may.ok ? null : may.failure.message }, ...site });
}
