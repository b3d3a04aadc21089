import type { UserId } from "#lib/domain/ids.ts";
import type { Actor } from "#lib/domain/person.ts";
import { can } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { limitRate } from "./limit-rate.ts";

export type Maker = { readonly id: UserId; readonly username: string; readonly displayName: string };

/** Who makes a project of their own now: signed in, of a level that may, and not the hundredth in an hour. */
export async function mayMake(ctx: Context): Promise<Result<Maker>> {
  if (ctx.actor.kind !== "user") return fail("unauthenticated", "Sign in to make a project.");
  if (!can(ctx.actor, "project:create", { groupRole: null, forSelf: true })) return mayNotMake(ctx.actor);
  const limited = await limitRate(ctx, "project:user", ctx.actor.userId);
  if (!limited.ok) return limited;
  const user = await ctx.store.findUser(ctx.actor.userId);
  return user ? ok(user) : fail("unauthenticated", "Sign in to make a project.");
}

export function mayNotMake(actor: Extract<Actor, { kind: "user" }>): Result<never> {
  const lacksScope = actor.via.kind === "token" && !actor.via.scopes.includes("projects:write");
  return fail(
    "forbidden",
    lacksScope
      ? "This token may not make projects: it lacks the scope projects:write."
      : "Your account reads and runs worksheets. Ask an administrator for one that makes projects.",
  );
}

/** What is wrong with a title, description or other words of a project. */
export function wordsProblem(words: { readonly title?: string | undefined; readonly description?: string | undefined }): Result<never> | null {
  const fields = {
    ...(words.title !== undefined && words.title.trim() === "" ? { title: "Give it a title." } : {}),
    ...(words.title !== undefined && words.title.trim().length > 200 ? { title: "Use at most 200 characters." } : {}),
    ...(words.description !== undefined && words.description.length > 2000 ? { description: "Use at most 2000 characters." } : {}),
  };
  const [first] = Object.values(fields);
  return first === undefined ? null : fail("invalid", first, { fields });
}
