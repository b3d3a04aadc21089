import type { Person } from "#lib/domain/person.ts";
import { fail, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { type Account, createUser } from "./create-user.ts";
import { limitedAddress, limitRate } from "./limit-rate.ts";

/** A stranger makes an account, where the site lets strangers in. */
export async function signUp(ctx: Context, account: Account): Promise<Result<Person>> {
  if (ctx.config.registration === "closed") return fail("forbidden", "Signing up is closed on this server. Ask its administrator for an account.");
  const limited = await limitRate(ctx, "sign-up:address", ctx.actor.kind === "system" ? "system" : limitedAddress(ctx.actor.address));
  if (!limited.ok) return limited;
  return createUser(ctx.store, account, ctx.config.signUpLevel);
}
