import { createHmac, timingSafeEqual } from "node:crypto";
import { cookieNames, isSecure, readCookie } from "#lib/cookies.ts";
import { isId, type VisitorId } from "#lib/domain/ids.ts";
import type { Config } from "#server/config.ts";

export type CookieOptions = { readonly httpOnly: true; readonly sameSite: "lax"; readonly path: "/"; readonly secure: boolean; readonly maxAge: number };
export type Cookie = { readonly name: string; readonly value: string; readonly options: CookieOptions };

/** As long as the runs that it finds again, and some days for coming back late. */
export function visitorCookie(config: Config, visitorId: VisitorId): Cookie {
  return {
    name: cookieNames(config.publicUrl).visitor,
    value: `${visitorId}.${signatureOf(config, visitorId)}`,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure(config.publicUrl), maxAge: (config.visitor.keepDays + 30) * 86_400 },
  };
}

export function setCookieHeader({ name, value, options }: Cookie): string {
  return `${name}=${value}; Path=${options.path}; Max-Age=${options.maxAge}; HttpOnly; SameSite=Lax${options.secure ? "; Secure" : ""}`;
}

/** The visitor that a browser's cookie names; null unless we named it: who could invent names could start a run under each. */
export function readVisitorCookie(config: Pick<Config, "publicUrl" | "secret">, header: string | null): VisitorId | null {
  const [visitorId = "", signature = ""] = (readCookie(header, cookieNames(config.publicUrl).visitor) ?? "").split(".", 2);
  if (!isId("visitor", visitorId)) return null;
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(config, visitorId))];
  return given.length === right.length && timingSafeEqual(given, right) ? visitorId : null;
}

function signatureOf(config: Pick<Config, "secret">, visitorId: VisitorId): string {
  return createHmac("sha256", secretOf(config)).update(`visitor:${visitorId}`).digest("base64url");
}

/** The supervisor gives its processes one secret; without it nobody could stay signed in, so that is no moment to guess. */
export function secretOf(config: Pick<Config, "secret">): string {
  if (config.secret === null) throw new Error("SHEAF_SECRET is not set: `sheaf up` gives it to its processes.");
  return config.secret;
}
