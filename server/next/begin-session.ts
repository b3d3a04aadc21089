import type { SessionId, VisitorId } from "#lib/domain/ids.ts";
import type { Person } from "#lib/domain/person.ts";
import type { Services } from "#server/context.ts";
import { claimVisitorRuns } from "#server/usecases/claim-visitor-runs.ts";
import { startSession } from "#server/usecases/start-session.ts";

/** Signs a person in who has just proved who they are; what this browser ran before becomes theirs. */
export async function beginSession(services: Services, person: Person, browser: { userAgent: string | null; visitorId: VisitorId | null }): Promise<SessionId> {
  const sessionId = await startSession(services, { userId: person.id, userAgent: browser.userAgent });
  const actor = {
    kind: "user" as const,
    userId: person.id,
    username: person.username,
    level: person.level,
    via: { kind: "session" as const, sessionId },
    address: "",
  };
  await claimVisitorRuns({ ...services, actor, requestId: "sign-in" }, { visitorId: browser.visitorId });
  return sessionId;
}
