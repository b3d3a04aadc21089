import type { SessionId, UserId } from "#lib/domain/ids.ts";
import type { Services } from "#server/context.ts";
import { newId } from "#server/ids.ts";

export const sessionSeconds = 30 * 24 * 60 * 60;

/** For somebody who has just proved who they are. */
export async function startSession(services: Services, input: { userId: UserId; userAgent: string | null }): Promise<SessionId> {
  const id = newId("session");
  const expiresAt = new Date(services.now().getTime() + sessionSeconds * 1000);
  await services.store.insertSession({ id, userId: input.userId, userAgent: input.userAgent?.slice(0, 200) ?? null, expiresAt });
  return id;
}
