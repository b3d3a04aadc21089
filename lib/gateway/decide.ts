/**
 * Where a request goes. Pure: the front door asks, then acts.
 */
import { uploadPieceBytes } from "#lib/domain/home.ts";

export type Site = {
  /** Origin that people type, without a trailing slash. */
  readonly publicUrl: string;
  /** The port listened on, for `localhost` and `127.0.0.1`. */
  readonly port: number;
  /** Only the development server of pages talks to its browser through a WebSocket. */
  readonly development: boolean;
  /** The largest file that anybody may send. */
  readonly uploadBytes: number;
  /** The largest file of a project, and the largest archive of one. */
  readonly projects?: { readonly fileBytes: number; readonly importBytes: number };
  readonly labs: {
    /** A host below the public one for each, or one further port for all. */
    readonly hosts: "wildcard" | "port";
    readonly port: number;
    /** Files are sent into a lab too, up to what a home holds. */
    readonly bodyBytes: number;
  };
};

export type IncomingRequest = {
  readonly method: string;
  /** The request target as sent. */
  readonly target: string;
  readonly host: string | undefined;
  readonly origin?: string | undefined;
  /** Sec-Fetch-Site: what browsers say of who asks, and pages cannot change. */
  readonly fetchSite?: string | undefined;
  /** Somebody's sign-in may ride along. */
  readonly hasCookies?: boolean | undefined;
  readonly accept?: string | undefined;
};

export type LabDecision = {
  readonly kind: "lab";
  readonly label: string;
  /** The root of what belongs to this lab, ending with "/". */
  readonly basePath: string;
  readonly origin: string;
  readonly protocol: "http" | "https";
  /** "ours": the path belongs to this door, on every lab's host. */
  readonly place: "lab" | "enter" | "ours";
  readonly bodyBytes: number;
};

export type Decision =
  | { readonly kind: "web"; readonly protocol: "http" | "https"; readonly bodyBytes: number; readonly holdsLab: boolean }
  | LabDecision
  | { readonly kind: "health"; readonly part: "all" | "live" | "ready" }
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "refuse"; readonly status: 400 | 403 | 404 | 421; readonly title: string; readonly detail: string };

const healthPaths: Readonly<Record<string, "all" | "live" | "ready">> = { "/api/health": "all", "/api/health/live": "live", "/api/health/ready": "ready" };

export function decide(request: IncomingRequest, site: Site): Decision {
  const path = readablePath(request.target);
  if (path === null) return refuse(400, "Bad request", "The address of this request is malformed.");
  const part = healthPaths[path];
  const host = placeOf(request.host, site);
  if (host.kind === "malformed") return refuse(400, "Bad request", "The Host header of this request is missing or malformed.");
  if (host.kind === "unknown") return refuse(421, "Wrong address", `This server does not serve that host. Its address is ${site.publicUrl}`);
  if (host.kind === "below") return decideBelow(request, path, site);
  if (part) return { kind: "health", part };
  // Reserved for what the processes say to one another.
  if (path === "/internal" || path.startsWith("/internal/")) return refuse(404, "Not found", "There is no such page.");
  if (host.kind === "local" && isNavigation(request) && !path.startsWith("/api/")) return { kind: "redirect", location: `${site.publicUrl}${request.target}` };
  if (!mayChange(request, path)) return refuse(403, "Forbidden", "This request comes from another site, or does not say where it comes from.");
  return {
    kind: "web",
    protocol: host.kind === "public" ? addressOf(site).protocol : "http",
    bodyBytes: bodyBytesAt(path, site),
    holdsLab: /^\/projects\/[^/]+\/lab$/.test(path),
  };
}

const labelPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** A host below the public one is a lab's, all of it. */
function decideBelow(request: IncomingRequest, path: string, site: Site): Decision {
  const { host, protocol } = addressOf(site);
  const label = request.host?.toLowerCase().slice(0, -1 - host.length) ?? "";
  if (site.labs.hosts !== "wildcard" || !labelPattern.test(label)) return noLab(site);
  return labDecision(label, "/", path, `${protocol}://${label}.${host}`, site);
}

/** Where a request on the second port goes: `/labs/<label>/…`, and nothing else is there. */
export function decideAtLabPort(request: IncomingRequest, site: Site): Decision {
  const path = readablePath(request.target);
  if (path === null) return refuse(400, "Bad request", "The address of this request is malformed.");
  const place = placeOf(request.host, site);
  if (place.kind === "malformed") return refuse(400, "Bad request", "The Host header of this request is missing or malformed.");
  const { hostname, protocol } = addressOf(site);
  const own = `${hostname}:${site.labs.port}`;
  if (request.host?.toLowerCase() !== own) return refuse(421, "Wrong address", `This server does not serve that host. Its address is ${site.publicUrl}`);
  // Read as it was sent, as the lab will read it: a path that says two labels is nobody's.
  const [, label = ""] = /^\/labs\/([^/?#]+)\//.exec(request.target) ?? [];
  const basePath = `/labs/${label}/`;
  if (!labelPattern.test(label) || !`${path}/`.startsWith(basePath)) return noLab(site);
  return labDecision(label, basePath, path, `${protocol}://${own}`, site);
}

function labDecision(label: string, basePath: string, path: string, origin: string, site: Site): Decision {
  const inside = path.slice(basePath.length - 1);
  const place = inside === "/.sheaf/enter" ? "enter" : inside === "/.sheaf" || inside.startsWith("/.sheaf/") ? "ours" : "lab";
  return { kind: "lab", label, basePath, origin, protocol: addressOf(site).protocol, place, bodyBytes: site.labs.bodyBytes };
}

type SiteAddress = { readonly host: string; readonly hostname: string; readonly protocol: "http" | "https"; readonly local: readonly string[] };
const addresses = new WeakMap<Site, SiteAddress>();

/** Read out of the public address once, and not for every request. */
function addressOf(site: Site): SiteAddress {
  const known = addresses.get(site);
  if (known) return known;
  const { host, hostname } = new URL(site.publicUrl);
  const local = ["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${site.port}`);
  const address = { host, hostname, protocol: site.publicUrl.startsWith("https:") ? "https" : "http", local } as const;
  addresses.set(site, address);
  return address;
}

function noLab(site: Site): Decision {
  return refuse(404, "No such session", `There is nothing at this address. The front page is ${site.publicUrl}`);
}

/** Forms around a file, sign-ins. */
const aroundBytes = 64 * 1024;
const usualBytes = 1024 * 1024;

/** The second line behind what each route reads: a body beyond this belongs to none of them. */
function bodyBytesAt(path: string, site: Site): number {
  if (path === "/api/v1/uploads") return site.uploadBytes + aroundBytes;
  if (path.startsWith("/api/v1/home/")) return uploadPieceBytes + aroundBytes;
  if (path === "/api/v1/projects/import") return (site.projects?.importBytes ?? 0) + usualBytes;
  if (/^\/api\/v1\/projects\/[^/]+\/files\//.test(path)) return (site.projects?.fileBytes ?? 0) + usualBytes;
  return path.startsWith("/api/auth/") ? aroundBytes : usualBytes;
}

/** WebSockets and other changes of protocol: refused unless somebody here speaks them. */
export function decideUpgrade(request: IncomingRequest, site: Site): Decision {
  const decision = decide(request, site);
  // Who may open one in a lab is told from its cookie and origin, where the lab is known.
  if (decision.kind === "refuse" || decision.kind === "lab") return decision;
  const path = readablePath(request.target) ?? "";
  if (!site.development || !path.startsWith("/_next/")) return refuse(404, "Not found", "Nothing at this address speaks that protocol.");
  // A page elsewhere could otherwise open the connection with a person's cookies.
  if (request.origin === undefined || hostOf(request.origin) !== request.host?.toLowerCase())
    return refuse(403, "Forbidden", "Another site may not open this connection.");
  return decision.kind === "web" ? decision : { kind: "web", protocol: "http", bodyBytes: 0, holdsLab: false };
}

/**
 * The path as the servers behind would understand it: decoded, with dots and double slashes resolved.
 * Null when the target is no path of ours (absolute form, "*", broken escapes).
 */
export function readablePath(target: string): string | null {
  if (!target.startsWith("/")) return null;
  const end = target.search(/[?#]/);
  const raw = end < 0 ? target : target.slice(0, end);
  if (isPlainPath.test(raw)) return raw;
  let decoded: string;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    return null;
  }
  if (/[\0\r\n]/.test(decoded)) return null;
  const kept: string[] = [];
  for (const segment of decoded.replaceAll("\\", "/").split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}

/** Nothing to decode, no dots that lead anywhere, nothing doubled. */
const isPlainPath = /^(?:\/[\w~-][\w.~-]*)+$/;

type HostPlace = { readonly kind: "public" | "local" | "below" | "unknown" | "malformed" };

function placeOf(host: string | undefined, site: Site): HostPlace {
  if (host === undefined || !/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(host)) return { kind: "malformed" };
  const asked = host.toLowerCase();
  const own = addressOf(site);
  if (asked === own.host) return { kind: "public" };
  if (own.local.includes(asked)) return { kind: "local" };
  return { kind: asked.endsWith(`.${own.host}`) ? "below" : "unknown" };
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}

/**
 * What our pages' own buttons send says so. Labs are same-site, so that cookies ride along with what their pages send as
 * well; the API has its own rule, since programs speak to it.
 */
function mayChange({ method, origin, fetchSite, host, hasCookies = false }: IncomingRequest, path: string): boolean {
  if (["GET", "HEAD", "OPTIONS"].includes(method) || path.startsWith("/api/")) return true;
  if (fetchSite !== undefined && fetchSite !== "same-origin" && fetchSite !== "none") return false;
  return origin === undefined ? !hasCookies : hostOf(origin) === host?.toLowerCase();
}

function isNavigation(request: IncomingRequest): boolean {
  return (request.method === "GET" || request.method === "HEAD") && (request.accept?.includes("text/html") ?? false);
}

function refuse(status: 400 | 403 | 404 | 421, title: string, detail: string): Decision {
  return { kind: "refuse", status, title, detail };
}
