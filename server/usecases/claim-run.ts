import { isId, type VisitorId } from "#lib/domain/ids.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { digestOf } from "#server/ids.ts";
import { keepAnswer, placesOf, runPlace } from "./run-place.ts";

export type ClaimRun = { readonly id: string; readonly key?: string | undefined; readonly visitorId?: VisitorId | null | undefined };

/**
 * Moves a run that nobody owns, with its files, to the person who shows the key of its claim link or comes from the
 * browser that ran it. The files move first, while nobody else can claim: doing it again is harmless.
 */
export async function claimRun(ctx: Context, input: ClaimRun): Promise<Result<{ id: string }>> {
  const { actor } = ctx;
  if (actor.kind !== "user") return fail("unauthenticated", "Sign in or sign up to keep this run.");
  const gone = fail("not_found", "This claim link does not work any more. The run was claimed already, or was removed.");
  const { id } = input;
  if (!isId("run", id)) return gone;
  return ctx.store.transaction(async (tx) => {
    const run = await tx.findRunForUpdate(id);
    if (!run) return gone;
    if (run.ownerId === actor.userId) return ok({ id });
    const byKey = input.key !== undefined && run.claimHash !== null && run.claimHash === digestOf(input.key);
    const byBrowser = run.visitorId !== null && run.visitorId === input.visitorId;
    if (run.purpose !== "person" || !can(actor, "run:claim", { unowned: run.ownerId === null, keyMatches: byKey || byBrowser })) return gone;
    const from = await runPlace(tx, run);
    const home = { ...from, username: actor.username };
    await ctx.storage.claimRun(from, home);
    if (run.cachedFromId !== null) await keepAnswer(ctx.storage, await placesOf({ store: tx }, run), home);
    await tx.updateRun(id, { ownerId: actor.userId, visitorId: null, claimHash: null, expiresAt: null });
    return ok({ id });
  });
}
