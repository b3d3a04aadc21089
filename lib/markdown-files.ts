/** Where the files that a Markdown text names by relative addresses are on this site. */
export type NearbyFiles = {
  /** The text's own folder; "" is the project's. */
  readonly folder: string;
  readonly page: (path: string) => string;
  readonly image: (path: string) => string;
};

const scheme = /^[a-z][a-z0-9+.-]*:/i;

/** Neither on another site nor a place in the text itself. */
export function isRelative(address: string): boolean {
  return address !== "" && !scheme.test(address) && !address.startsWith("//") && !/[\\\p{Cc}]/u.test(address) && !address.startsWith("#");
}

/** The path in the project that a relative address means, and the place in that file; null where it means none of its files. */
export function nearbyPath(folder: string, address: string): { readonly path: string; readonly place: string } | null {
  if (!isRelative(address)) return null;
  const [, named = "", place = ""] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(address) ?? [];
  if (named === "") return null;
  const decoded = decode(named);
  // As on the large code hosts, a leading slash means the project's own folder.
  const parts = decoded?.startsWith("/") ? [] : folder.split("/").filter(Boolean);
  for (const part of decoded?.split("/") ?? []) {
    if (part === ".." && parts.pop() === undefined) return null;
    if (part !== "" && part !== "." && part !== "..") parts.push(part);
  }
  const path = parts.join("/");
  return decoded === null || path === "" || /[\\\p{Cc}]/u.test(path) ? null : { path, place };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
