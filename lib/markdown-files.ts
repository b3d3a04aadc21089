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

/** Ids that a text gives get this prefix: they may neither meet the page's own nor shadow a global of its scripts. */
export const idPrefix = "s-";

/** Where a relative address of a text leads on this site; null where it means none of the project's files. */
export function addressOf(kind: "page" | "image", address: string, files: NearbyFiles): string | null {
  const nearby = nearbyPath(files.folder, address);
  if (!nearby || kind === "image") return nearby && files.image(nearby.path);
  return files.page(nearby.path) + (nearby.place && `#${idPrefix}${safelyDecoded(nearby.place)}`);
}

/**
 * Stands before the relative addresses of a text that is prepared before anybody knows where it will be shown:
 * `placeFiles` puts the files' own in. No text can have such an address of its own: being relative, it gets this before it too.
 */
export const laterPrefix = "/@file/";

/** Gives HTML that was rendered for later the addresses of the files that it names. */
export function placeFiles(html: string, files: NearbyFiles): string {
  // The sanitiser leaves no bare "<" in texts and no ">" in attributes.
  return html.replaceAll(/<(?:a|img) [^>]*>/g, (tag) =>
    tag.replace(/ (href|src)="\/@file\/([^"]*)"/, (_, attribute: string, text: string) => {
      const address = addressOf(attribute === "src" ? "image" : "page", fromAttribute(text), files);
      return address === null ? "" : ` ${attribute}="${inAttribute(address)}"`;
    }),
  );
}

function fromAttribute(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function inAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** As it is where it cannot be decoded. */
export function safelyDecoded(text: string): string {
  return decode(text) ?? text;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
