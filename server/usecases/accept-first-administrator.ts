import type { Person } from "#lib/domain/person.ts";
import { fail, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { digestOf } from "#server/ids.ts";
import { type Account, createUser } from "./create-user.ts";
import { limitedAddress, limitRate } from "./limit-rate.ts";

/** Spends the key that was printed at boot. A name that cannot be used leaves the key unspent. */
export async function acceptFirstAdministrator(ctx: Context, input: Account & { key: string }): Promise<Result<Person>> {
  const limited = await limitRate(ctx, "sign-up:address", ctx.actor.kind === "system" ? "system" : limitedAddress(ctx.actor.address));
  if (!limited.ok) return limited;
  const refusal = { failure: fail("not_found", "This link does not work any more.") as Result<Person> };
  try {
    return await ctx.store.transaction(async (tx) => {
      const first = (await tx.useOneTimeKey("first-administrator", digestOf(input.key), ctx.now())) && (await tx.countUsersAt("admin")) === 0;
      const made = first ? await createUser(tx, input, "admin") : refusal.failure;
      if (made.ok) return made;
      refusal.failure = made;
      throw refusal;
    });
  } catch (error) {
    if (error === refusal) return refusal.failure;
    throw error;
  }
}
