import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { fail, ok, type Result } from "#lib/result.ts";

export type ImportAddress = {
  /** As git gets it: without credentials, query or fragment. */
  readonly url: string;
  readonly protocol: "http:" | "https:";
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** Named by the operator: may be in a private network. */
  readonly allowed: boolean;
};

const usualPorts = [80, 443];

/** Reads what somebody typed as a repository's address. `allow` holds "host" (at the usual ports) and "host:port". */
export function parseImportAddress(text: string, allow: readonly string[]): Result<ImportAddress> {
  const url = URL.parse(text.trim());
  if (!url || !/^https?:\/\//i.test(text.trim())) return refuse("The address has to begin with https:// (or http://).");
  if (url.protocol !== "https:" && url.protocol !== "http:") return refuse("The address has to begin with https:// (or http://).");
  if (url.username !== "" || url.password !== "")
    return refuse("Take name and password out of the address and enter them in their own fields: addresses are kept.");
  if (url.search !== "" || url.hash !== "") return refuse("The address may not hold a question mark or a number sign.");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const named = allow.map((one) => one.toLowerCase());
  const allowed = named.includes(`${url.hostname}:${port}`) || (usualPorts.includes(port) && named.includes(url.hostname));
  if (host === "") return refuse("The address names no host.");
  if (!allowed && !usualPorts.includes(port)) return refuse(`Only the ports 80 and 443 may be imported from, not ${port}.`);
  return ok({ url: url.href, protocol: url.protocol, host, port, allowed });
}

/** Addresses of the internet at large; whatever leads into this machine, its networks or to nobody in particular is not one. */
export function isPublicAddress(text: string): boolean {
  // Short forms such as "10.1" are left to nobody's reading.
  return isIP(text) !== 0 && ipaddr.process(text).range() === "unicast";
}

/** A refusal that belongs to the field of the address. */
export function refuse(sentence: string): ReturnType<typeof fail> {
  return fail("invalid", sentence, { fields: { url: sentence } });
}
