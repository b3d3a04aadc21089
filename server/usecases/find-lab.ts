import { isId } from "#lib/domain/ids.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import type { LabRow } from "#server/ports/store.ts";

/** A lab that the actor may use (its person alone) or stop (administrators too); any other answers like none. */
export async function findLabFor(ctx: Context, id: string, permission: "lab:use" | "lab:stop"): Promise<Result<LabRow>> {
  const lab = isId("lab", id) ? await ctx.store.findLab(id) : null;
  return lab && can(ctx.actor, permission, { ownerId: lab.userId }) ? ok(lab) : fail("not_found", "No such session.");
}
