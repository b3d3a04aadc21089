/** Names that are this site's and no lab's, in every form that they have. */
const ourCookie = /^(__Host-|__Secure-)?(next-auth\.|sheaf[-_])/i;

export function isOurCookie(name: string): boolean {
  return ourCookie.test(name);
}

export type CookiePair = { readonly name: string; readonly value: string };

export function readCookies(header: string | undefined): CookiePair[] {
  return (header ?? "").split(";").flatMap((text) => {
    const at = text.indexOf("=");
    const name = text.slice(0, at).trim();
    return at > 0 && name !== "" ? [{ name, value: text.slice(at + 1).trim() }] : [];
  });
}

/** What a lab gets of a browser's cookies: its own alone. Null where nothing is left. */
export function cookiesForLab(header: string | undefined): string | null {
  const own = readCookies(header).filter(({ name }) => !isOurCookie(name));
  return own.length > 0 ? own.map(({ name, value }) => `${name}=${value}`).join("; ") : null;
}

/**
 * What of a lab's Set-Cookie a browser gets: nothing for other hosts, nothing by our names, and where labs share a host
 * nothing outside the lab's own folder. Null: not at all.
 */
export function cookieFromLab(setCookie: string, basePath: string): string | null {
  const [pair = "", ...attributes] = setCookie.split(";");
  const name = pair.slice(0, Math.max(0, pair.indexOf("="))).trim();
  if (name === "" || isOurCookie(name)) return null;
  const kept: string[] = [];
  let path = basePath;
  for (const attribute of attributes) {
    const [word = "", value = ""] = attribute.split("=", 2).map((part) => part.trim());
    if (word.toLowerCase() === "domain") return null;
    if (word.toLowerCase() !== "path") kept.push(attribute.trim());
    else if (value.startsWith(basePath)) path = value;
  }
  return [pair.trim(), ...kept, `Path=${path}`].join("; ");
}

const namesARound = 3;

/**
 * Names of ours that arrive more than once. A page on a host below ours can set a cookie for ours as well; then two of
 * one name arrive and nothing in the request says which is the true one. Where TLS lets names begin with `__Host-`,
 * browsers refuse that themselves.
 */
export function repeatedCookies(header: string | undefined): string[] {
  if (!header) return [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name } of readCookies(header)) {
    if (!isOurCookie(name)) continue;
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  // A page can invent any number of such names; each round removes some, so that no browser is sent more than it reads.
  return [...repeated].slice(0, namesARound);
}

const deepest = 12;

/**
 * Set-Cookie values that remove every cookie of these names except the true one, which is host-only and has the path
 * "/": those for a parent domain under every path that reaches this request, and those for this host under another path.
 */
export function removalsOf(names: readonly string[], hostname: string, rawPath: string): string[] {
  const parts = hostname.split(".");
  const domains = parts.flatMap((_, index) => (parts.length - index >= 2 ? [parts.slice(index).join(".")] : []));
  const segments = rawPath.split(/[?#]/, 1)[0]?.split("/").slice(1, deepest) ?? [];
  const paths = segments.flatMap((_, index) => {
    const path = `/${segments.slice(0, index + 1).join("/")}`;
    return path === "/" || path.includes(";") ? [] : [path, `${path}/`];
  });
  return names.flatMap((name) => [
    ...["/", ...paths].flatMap((path) => domains.map((domain) => `${name}=; Domain=${domain}; Path=${path}; Max-Age=0`)),
    ...paths.map((path) => `${name}=; Path=${path}; Max-Age=0`),
  ]);
}
