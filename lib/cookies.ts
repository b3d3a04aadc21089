/** Host-only always: a host below ours runs other people's code and must not be able to set or read these. */
export type CookieNames = { readonly session: string; readonly callback: string; readonly csrf: string; readonly visitor: string; readonly copy: string };

/** Browsers hold `__Host-` cookies to that promise, where TLS lets them. */
export function cookieNames(publicUrl: string): CookieNames {
  const prefix = isSecure(publicUrl) ? "__Host-" : "";
  return {
    session: `${prefix}next-auth.session-token`,
    callback: `${prefix}next-auth.callback-url`,
    csrf: `${prefix}next-auth.csrf-token`,
    visitor: `${prefix}sheaf_visitor`,
    copy: `${prefix}sheaf_copy`,
  };
}

export function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith("https:");
}

/** The value of one cookie of a Cookie header; the first where a name stands twice. */
export function readCookie(header: string | null, name: string): string | null {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
