import { decode, encode } from "next-auth/jwt";
import { isId, type SessionId } from "#lib/domain/ids.ts";
import { sessionSeconds } from "#server/usecases/start-session.ts";

/** Decoding costs 0.4 ms, a look into a map nothing. Whether the session lives is asked elsewhere, every time. */
const decoded = new Map<string, { readonly sessionId: SessionId; readonly until: number }>();
const remembered = 5000;

/** The text of the session cookie, as next-auth writes it too. */
export function sessionToken(secret: string, sessionId: SessionId): Promise<string> {
  return encode({ token: { sid: sessionId }, secret, maxAge: sessionSeconds });
}

/** The session that a cookie names; null where it was not made with our secret, or is too old. */
export async function readSessionToken(secret: string, token: string): Promise<SessionId | null> {
  const known = decoded.get(token);
  if (known) return known.until > Date.now() ? known.sessionId : null;
  const payload = await decode({ token, secret }).catch(() => null);
  const sid = payload?.sid;
  if (typeof sid !== "string" || !isId("session", sid)) return null;
  if (decoded.size >= remembered) decoded.clear();
  decoded.set(token, { sessionId: sid, until: typeof payload?.exp === "number" ? payload.exp * 1000 : 0 });
  return sid;
}
