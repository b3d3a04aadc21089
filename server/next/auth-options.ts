import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { cookieNames, isSecure } from "#lib/cookies.ts";
import { isId, type SessionId } from "#lib/domain/ids.ts";
import { routes } from "#lib/routes.ts";
import type { Config } from "#server/config.ts";
import type { Context } from "#server/context.ts";
import { revokeSession } from "#server/usecases/revoke-session.ts";
import { sessionSeconds } from "#server/usecases/start-session.ts";
import { verifyPassword } from "#server/usecases/verify-password.ts";
import { beginSession } from "./begin-session.ts";
import { clientAddress } from "./identity.ts";
import { web } from "./services.ts";
import { readVisitorCookie, secretOf } from "./visitor-cookie.ts";

/** Sessions are our own rows: the token that next-auth puts into the cookie says which. */
export function authOptions(config: Config): NextAuthOptions {
  const secure = isSecure(config.publicUrl);
  const names = cookieNames(config.publicUrl);
  const cookie = (name: string) => ({ name, options: { httpOnly: true, sameSite: "lax" as const, path: "/", secure } });
  return {
    secret: secretOf(config),
    session: { strategy: "jwt", maxAge: sessionSeconds },
    useSecureCookies: secure,
    cookies: { sessionToken: cookie(names.session), callbackUrl: cookie(names.callback), csrfToken: cookie(names.csrf) },
    pages: { signIn: routes.signIn(), error: routes.signIn() },
    providers: [
      CredentialsProvider({
        credentials: { username: { label: "Name" }, password: { label: "Password", type: "password" } },
        authorize: (credentials, request) => authorize(credentials, new Headers(Object.entries((request.headers ?? {}) as Record<string, string>))),
      }),
    ],
    callbacks: {
      // The user of a sign-in is what `authorize` answered; later calls carry the token as it was.
      jwt: ({ token, user }) => (user ? { sid: user.id } : token),
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) => (url.startsWith("/") ? `${baseUrl}${url}` : URL.canParse(url) && new URL(url).origin === baseUrl ? url : baseUrl),
    },
    events: {
      async signOut({ token }) {
        const sid = token?.sid;
        if (typeof sid === "string" && isId("session", sid)) await endSession(sid);
      },
    },
  };
}

/** Answers the new session as next-auth's "user"; throws the failure's code, which arrives at the form as `error`. */
async function authorize(credentials: Record<"username" | "password", string> | undefined, headers: Headers): Promise<{ id: SessionId } | null> {
  if (typeof credentials?.username !== "string" || typeof credentials.password !== "string") return null;
  const { services } = await web();
  const visitorId = readVisitorCookie(services.config, headers.get("cookie"));
  const ctx: Context = {
    ...services,
    actor: { kind: "visitor", visitorId, address: clientAddress(headers) },
    requestId: headers.get("x-request-id") ?? "sign-in",
  };
  const verified = await verifyPassword(ctx, credentials);
  if (!verified.ok) {
    if (verified.failure.code === "unauthenticated") return null;
    throw new Error(verified.failure.code);
  }
  return { id: await beginSession(ctx, verified.value, { userAgent: headers.get("user-agent"), visitorId }) };
}

async function endSession(sessionId: SessionId): Promise<void> {
  const { services, sessions } = await web();
  const found = await services.store.findLiveSession(sessionId, services.now());
  if (!found) return;
  const { id, username, level } = found.user;
  const actor = { kind: "user" as const, userId: id, username, level, via: { kind: "session" as const, sessionId }, address: "" };
  await revokeSession({ ...services, actor, requestId: "sign-out" }, { sessionId });
  // The announcement reaches this process too, a moment later.
  sessions.known.delete(sessionId);
}
