import { type TokenScope, tokenScopes } from "#lib/domain/person.ts";
import { can, hasLevel } from "#lib/policy.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Context } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { newTokenText, tokenHashOf } from "./token-text.ts";

export type CreateToken = { readonly name: string; readonly scopes: readonly TokenScope[]; readonly days: number };
export type TokenCard = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
};

/** The text is shown this once; only its hash is kept. */
export async function createToken(ctx: Context, input: CreateToken): Promise<Result<TokenCard & { token: string }>> {
  const { actor } = ctx;
  if (actor.kind !== "user") return fail("unauthenticated", "Sign in first.");
  if (!can(actor, "token:manage", { ownerId: actor.userId })) return fail("forbidden", "Tokens are made on the page, not by another token.");
  const problem = problemOf(input);
  if (problem) return fail("invalid", "The token was not made.", { fields: problem });
  if (input.scopes.includes("admin") && !hasLevel(actor, "admin")) return fail("forbidden", "A token cannot do more than you may.");
  const text = newTokenText();
  const expiresAt = new Date(ctx.now().getTime() + input.days * 86_400_000);
  const stored = {
    id: newId("token"),
    userId: actor.userId,
    name: input.name.trim(),
    tokenHash: tokenHashOf(text) ?? "",
    scopes: [...new Set(input.scopes)],
    expiresAt,
  };
  return ok({ ...tokenCard(await ctx.store.insertToken(stored)), token: text });
}

export function tokenCard(token: {
  id: string;
  name: string;
  scopes: readonly TokenScope[];
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}): TokenCard {
  return {
    id: token.id,
    name: token.name,
    scopes: token.scopes,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
    usedAt: token.usedAt?.toISOString() ?? null,
  };
}

function problemOf(input: CreateToken): Record<string, string> | null {
  const name = input.name.trim();
  if (name === "" || name.length > 80) return { name: "Give it a name of at most 80 characters." };
  if (input.scopes.length === 0 || !input.scopes.every((scope) => tokenScopes.includes(scope))) return { scopes: "Choose what it may do." };
  if (!Number.isInteger(input.days) || input.days < 1 || input.days > 365) return { days: "Choose 1 to 365 days." };
  return null;
}
