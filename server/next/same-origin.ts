/**
 * Whether a state change comes from our own pages. A session host is same-site with the app and runs other people's
 * code, so SameSite cookies do not tell; browsers say the origin, and pages cannot make them lie.
 */
export function comesFromUs(headers: Headers, publicUrl: string, by: "token" | "session" | "visitor" | "nothing"): boolean {
  // A page elsewhere has no way to know a token.
  if (by === "token") return true;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  const origin = headers.get("origin");
  if (origin !== null) return origin === new URL(publicUrl).origin || isOwnHost(origin, headers);
  // No browser, then: harmless, unless somebody's session rides along with something that hides where it comes from.
  return by !== "session" || site !== null;
}

/** `localhost` serves the API as well: there the origin is the host that was asked for. */
function isOwnHost(origin: string, headers: Headers): boolean {
  const asked = headers.get("x-forwarded-host") ?? headers.get("host");
  return URL.canParse(origin) && new URL(origin).host === asked;
}
