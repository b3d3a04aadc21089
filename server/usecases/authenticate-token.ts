import type { TokenId } from "#lib/domain/ids.ts";
import type { Person, TokenScope } from "#lib/domain/person.ts";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Services } from "#server/context.ts";
import { tokenHashOf } from "./token-text.ts";

const usedEveryMs = 60_000;

/** Asked at every request, without a memory: a token that is revoked is out at once. */
export async function authenticateToken(
  services: Services,
  text: string,
): Promise<Result<{ person: Person; tokenId: TokenId; scopes: readonly TokenScope[] }>> {
  const hash = tokenHashOf(text);
  const now = services.now();
  const found = hash === null ? null : await services.store.findLiveToken(hash, now);
  if (!found) return fail("unauthenticated", "This token is unknown, expired or revoked.");
  if (now.getTime() - (found.token.usedAt?.getTime() ?? 0) > usedEveryMs) await services.store.touchToken(found.token.id, now);
  const { id, username, displayName, level } = found.user;
  return ok({ person: { id, username, displayName, level }, tokenId: found.token.id, scopes: found.token.scopes });
}
