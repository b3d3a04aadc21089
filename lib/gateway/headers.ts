/** Headers that speak of one connection and must not travel to the next (RFC 9110, 7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What a client could use to pretend to be the gateway; `expect` is answered here already. */
const ours: ReadonlySet<string> = new Set([
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-real-ip",
  "forwarded",
  "x-request-id",
  "x-middleware-subrequest",
  "expect",
]);

export type ForwardedBy = { readonly requestId: string; readonly client: string; readonly host: string; readonly protocol: "http" | "https" };

/** Name and value alternating, as Node and undici speak it. */
export type RawHeaders = readonly string[];

/** What goes on of a request; `keep` may leave out more, by names in lower case. */
export function requestHeaders(raw: RawHeaders, by: ForwardedBy, keep: (name: string) => boolean = () => true): string[] {
  const kept = withoutHops(raw, (name) => !ours.has(name) && !name.startsWith("x-sheaf-") && keep(name));
  kept.push("x-forwarded-for", by.client, "x-forwarded-host", by.host, "x-forwarded-proto", by.protocol, "x-request-id", by.requestId);
  return kept;
}

/** Adds what every answer wants and none of ours may lack; what the pages said themselves stays. A page that holds a lab may frame labs. */
export function responseHeaders(raw: RawHeaders, requestId: string, protocol: "http" | "https", labFrames: string | null = null): string[] {
  const kept = withLabFrames(
    withoutHops(raw, (name) => name !== "x-request-id"),
    labFrames,
  );
  const given = new Set(kept.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  const defaults = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    ...(given.has("content-security-policy") ? {} : { "x-frame-options": "SAMEORIGIN" }),
    ...(protocol === "https" ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
  const added = Object.entries(defaults).filter(([name]) => !given.has(name));
  return [...kept, ...added.flat(), "x-request-id", requestId];
}

/** The pages are built once for every address, so that only here it is known where labs are. */
function withLabFrames(headers: string[], source: string | null): string[] {
  if (source === null) return headers;
  return headers.map((word, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === "content-security-policy" ? word.replace("frame-src 'self'", `frame-src 'self' ${source}`) : word,
  );
}

/**
 * The address of whoever asks. Each trusted proxy in front appended the address it saw, so the client is that many
 * places from the right; anything further left is the client's own claim.
 */
export function clientAddress(forwardedFor: string | undefined, remote: string, trustedProxies: number): string {
  const address = trustedProxies === 0 ? remote : claimedAddress(forwardedFor ?? "", remote, trustedProxies);
  // A proxy may append a port; an IPv4 address may come dressed as IPv6.
  const bare = address
    .replace(/^\[(.+)\](:\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/^::ffff:(?=\d+\.)/, "");
  return /^[0-9a-fA-F:.]{2,45}$/.test(bare) ? bare : remote;
}

function claimedAddress(forwardedFor: string, remote: string, trustedProxies: number): string {
  const claimed = forwardedFor
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
  const chain = [...claimed, remote];
  return chain[Math.max(0, chain.length - 1 - trustedProxies)] ?? remote;
}

/** Headers that travel on, of those to keep; `keep` gets names in lower case. */
export function withoutHops(raw: RawHeaders, keep: (name: string) => boolean): string[] {
  const named = namedHops(raw);
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    const known = name.toLowerCase();
    if (!hopByHop.has(known) && named?.has(known) !== true && keep(known)) kept.push(name, raw[index + 1] ?? "");
  }
  return kept;
}

/** Lengths and hosts are never one connection's own, whatever it says. */
const neverHops = new Set(["host", "content-length", "cookie", "authorization"]);

/** A connection may name further headers that are its own; hardly any does. */
function namedHops(raw: RawHeaders): ReadonlySet<string> | null {
  let named: Set<string> | null = null;
  for (const value of valuesOf(raw, "connection")) {
    if (value === "keep-alive" || value === "close") continue;
    named ??= new Set();
    for (const text of value.split(",")) {
      const name = text.trim().toLowerCase();
      if (!neverHops.has(name)) named.add(name);
    }
  }
  return named;
}

export function valuesOf(raw: RawHeaders, wanted: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (name.length === wanted.length && name.toLowerCase() === wanted) values.push(raw[index + 1] ?? "");
  }
  return values;
}
