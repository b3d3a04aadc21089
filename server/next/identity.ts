import { cookieNames, readCookie } from "#lib/cookies.ts";
import type { VisitorId } from "#lib/domain/ids.ts";
import type { Actor } from "#lib/domain/person.ts";
import { ok, type Result } from "#lib/result.ts";
import { authenticateSession } from "#server/usecases/authenticate-session.ts";
import { authenticateToken } from "#server/usecases/authenticate-token.ts";
import { web } from "./services.ts";
import { readSessionToken } from "./session-token.ts";
import { readVisitorCookie, secretOf } from "./visitor-cookie.ts";

export type Identity = {
  readonly actor: Exclude<Actor, { kind: "system" }>;
  readonly by: "token" | "session" | "visitor" | "nothing";
  /** The browser's visitor cookie, also while somebody is signed in: what they ran before may be claimed. */
  readonly visitorId: VisitorId | null;
};

/** Who asks. A bearer token that is no good is a failure; a cookie that is no good is nobody. */
export async function identify(headers: Headers): Promise<Result<Identity>> {
  const { services, sessions } = await web();
  const names = cookieNames(services.config.publicUrl);
  const address = clientAddress(headers);
  const cookies = headers.get("cookie");
  const visitorId = readVisitorCookie(services.config, cookies);

  const bearer = bearerOf(headers);
  if (bearer !== null) {
    const found = await authenticateToken(services, bearer);
    if (!found.ok) return found;
    const { person, tokenId, scopes } = found.value;
    // A token comes from a script: what a browser's cookie says beside it is not this person's.
    return ok({
      actor: { kind: "user", userId: person.id, username: person.username, level: person.level, via: { kind: "token", tokenId, scopes }, address },
      by: "token",
      visitorId: null,
    });
  }
  const cookie = readCookie(cookies, names.session);
  const sessionId = cookie === null ? null : await readSessionToken(secretOf(services.config), cookie);
  const person = sessionId === null ? null : await authenticateSession(services, sessions, sessionId);
  if (person && sessionId) {
    return ok({
      actor: { kind: "user", userId: person.id, username: person.username, level: person.level, via: { kind: "session", sessionId }, address },
      by: "session",
      visitorId,
    });
  }
  return ok({ actor: { kind: "visitor", visitorId, address }, by: visitorId ? "visitor" : "nothing", visitorId });
}

/** The gateway has rewritten the header: it is one address, and nobody's claim. */
export function clientAddress(headers: Headers): string {
  return headers.get("x-forwarded-for")?.split(",")[0]?.trim() || "127.0.0.1";
}

function bearerOf(headers: Headers): string | null {
  const authorization = headers.get("authorization");
  if (authorization === null) return null;
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
}
