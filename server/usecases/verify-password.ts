import type { Person } from "#lib/domain/person.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { limitedAddress, limitRate } from "./limit-rate.ts";
import { passwordLength, passwordMatches } from "./passwords.ts";

/** Who has this name and password. Wrong name and wrong password answer alike, and as slowly. */
export async function verifyPassword(ctx: Context, input: { username: string; password: string }): Promise<Result<Person>> {
  const username = input.username.trim().toLowerCase();
  const address = ctx.actor.kind === "system" ? "system" : limitedAddress(ctx.actor.address);
  const perAddress = await limitRate(ctx, "sign-in:address", address);
  if (!perAddress.ok) return perAddress;
  const pair = `${username.slice(0, 64)}:${address}`;
  const perPair = await limitRate(ctx, "sign-in:pair", pair);
  if (!perPair.ok) return perPair;
  const perName = await limitRate(ctx, "sign-in:name", username.slice(0, 64));
  if (!perName.ok) return perName;
  const user = await ctx.store.findUserByName(username);
  // A longer text cannot be anybody's, and hashing it would cost the server.
  const matches = await passwordMatches(user?.passwordHash ?? null, input.password.slice(0, passwordLength.max + 1));
  if (!user || !matches || user.suspendedAt !== null) return fail("unauthenticated", "Name or password is not right.");
  for (const key of [`sign-in:pair:${pair}`, `sign-in:name:${username}`]) await ctx.store.forgetRate(key);
  return ok({ id: user.id, username: user.username, displayName: user.displayName, level: user.level });
}
