import type { SessionId } from "#lib/domain/ids.ts";
import type { Person } from "#lib/domain/person.ts";
import type { Services } from "#server/context.ts";

/** Revocations are announced; this is how long one could live on if the announcement were lost. */
const believedMs = 5000;
const seenEveryMs = 5 * 60_000;
const remembered = 5000;

type Known = { readonly person: Person | null; readonly until: number };
export type SessionCache = { readonly known: Map<SessionId, Known> };

/** One per process; it hears of sessions that are revoked anywhere. */
export async function createSessionCache(services: Pick<Services, "store">): Promise<SessionCache> {
  const known = new Map<SessionId, Known>();
  await services.store.listen(
    "session_revoked",
    (id) => known.delete(id as SessionId),
    () => known.clear(),
  );
  return { known };
}

/** The person whose live session this is, else null. */
export async function authenticateSession(services: Services, cache: SessionCache, id: SessionId): Promise<Person | null> {
  const now = services.now();
  const known = cache.known.get(id);
  if (known && known.until > now.getTime()) return known.person;
  const found = await services.store.findLiveSession(id, now);
  if (found && now.getTime() - found.session.seenAt.getTime() > seenEveryMs) await services.store.touchSession(id, now);
  const person = found ? { id: found.user.id, username: found.user.username, displayName: found.user.displayName, level: found.user.level } : null;
  if (cache.known.size >= remembered) cache.known.clear();
  cache.known.set(id, { person, until: now.getTime() + believedMs });
  return person;
}
