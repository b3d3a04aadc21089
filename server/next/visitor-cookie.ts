import { cookieNames, isSecure } from "#lib/cookies.ts";
import type { VisitorId } from "#lib/domain/ids.ts";
import type { Config } from "#server/config.ts";

export type CookieOptions = { readonly httpOnly: true; readonly sameSite: "lax"; readonly path: "/"; readonly secure: boolean; readonly maxAge: number };
export type Cookie = { readonly name: string; readonly value: string; readonly options: CookieOptions };

/** As long as the runs that it finds again, and some days for coming back late. */
export function visitorCookie(config: Config, visitorId: VisitorId): Cookie {
  return {
    name: cookieNames(config.publicUrl).visitor,
    value: visitorId,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure(config.publicUrl), maxAge: (config.visitor.keepDays + 30) * 86_400 },
  };
}

export function setCookieHeader({ name, value, options }: Cookie): string {
  return `${name}=${value}; Path=${options.path}; Max-Age=${options.maxAge}; HttpOnly; SameSite=Lax${options.secure ? "; Secure" : ""}`;
}
