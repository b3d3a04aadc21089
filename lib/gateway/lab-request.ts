/**
 * Whether a request to a lab was made by that lab's own pages. The cookie does not tell: hosts below one site are
 * same-site, and each of them runs another person's code.
 */
export type AskedOfLab = {
  readonly method: string;
  readonly isUpgrade: boolean;
  readonly origin: string | undefined;
  /** What browsers say and pages cannot change: Sec-Fetch-Site and Sec-Fetch-Mode. */
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
};

export function comesFromLab(asked: AskedOfLab, labOrigin: string): boolean {
  // Every browser names the origin of a page that opens a WebSocket.
  if (asked.isUpgrade) return asked.origin === labOrigin;
  const isNavigation = asked.fetchMode === "navigate";
  if (isReading(asked.method)) {
    if (isNavigation) return true;
    const isNear = asked.fetchSite === undefined || asked.fetchSite === "same-origin" || asked.fetchSite === "none";
    return isNear && (asked.origin === undefined || asked.origin === labOrigin);
  }
  if (asked.origin !== undefined) return asked.origin === labOrigin;
  return asked.fetchSite === "same-origin";
}

/** A person going to a page, as against a program asking for data: only the first is answered by a page. */
export function wantsPage(asked: { readonly method: string; readonly accept: string | undefined; readonly fetchMode: string | undefined }): boolean {
  if (!isReading(asked.method)) return false;
  return asked.fetchMode === undefined ? (asked.accept?.includes("text/html") ?? false) : asked.fetchMode === "navigate";
}

/** A path of the lab's own, as `next` of an entrance; anything else is the lab's first page. */
export function safeLabPath(next: string | null, basePath: string, labOrigin: string): string {
  const first = `${basePath}lab`;
  if (!next?.startsWith(basePath) || !URL.canParse(next, labOrigin)) return first;
  const url = new URL(next, labOrigin);
  const isOwn =
    url.origin === labOrigin && url.pathname.startsWith(basePath) && !url.pathname.startsWith("//") && !url.pathname.startsWith(`${basePath}.sheaf`);
  return isOwn ? `${url.pathname}${url.search}${url.hash}` : first;
}

function isReading(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}
