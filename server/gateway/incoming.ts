import type http from "node:http";
import type { IncomingRequest } from "#lib/gateway/decide.ts";
import { valuesOf } from "#lib/gateway/headers.ts";

/** A request as it was sent: to this door, or to a server in front that asks about it. */
export type Asked = Pick<http.IncomingMessage, "method" | "url" | "headers" | "rawHeaders">;

/** What the decision is made from. */
export function incoming(request: Asked): IncomingRequest {
  const hosts = valuesOf(request.rawHeaders, "host");
  // Two hosts are how one server is made to see another request than the next.
  const host = hosts.length === 1 ? hosts[0] : undefined;
  const { origin, accept, cookie } = request.headers;
  const fetchSite = request.headers["sec-fetch-site"]?.toString();
  return { method: request.method ?? "GET", target: request.url ?? "", host, origin, accept, fetchSite, hasCookies: cookie !== undefined };
}
