import "server-only";
import { cookies, headers } from "next/headers";
import { cookieNames, isSecure } from "#lib/cookies.ts";
import type { Person } from "#lib/domain/person.ts";
import { revokeSession } from "#server/usecases/revoke-session.ts";
import { sessionSeconds } from "#server/usecases/start-session.ts";
import { beginSession } from "./begin-session.ts";
import { secretOf } from "./identity.ts";
import { requestContext } from "./request-context.ts";
import { web } from "./services.ts";
import { sessionToken } from "./session-token.ts";

/** In actions: signs this browser in as somebody who has just proved who they are, with the cookie that next-auth would set. */
export async function signBrowserIn(person: Person): Promise<void> {
  const ctx = await requestContext();
  const sessionId = await beginSession(ctx, person, { userAgent: (await headers()).get("user-agent"), visitorId: ctx.visitorId });
  const options = { httpOnly: true, sameSite: "lax" as const, path: "/", secure: isSecure(ctx.config.publicUrl), maxAge: sessionSeconds };
  (await cookies()).set(cookieNames(ctx.config.publicUrl).session, await sessionToken(secretOf(ctx.config), sessionId), options);
}

/** In actions: signs this browser out, on the server first. */
export async function signBrowserOut(): Promise<void> {
  const ctx = await requestContext();
  if (ctx.actor.kind === "user" && ctx.actor.via.kind === "session") {
    const { sessionId } = ctx.actor.via;
    await revokeSession(ctx, { sessionId });
    (await web()).sessions.known.delete(sessionId);
  }
  // A `__Host-` cookie can be taken back only in the terms that it was given.
  (await cookies()).set(cookieNames(ctx.config.publicUrl).session, "", {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure: isSecure(ctx.config.publicUrl),
    maxAge: 0,
  });
}
