import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { setTimeout } from "node:timers/promises";
import { ok, type Result } from "#lib/result.ts";
import { type ImportAddress, isPublicAddress, refuse } from "./import-address.ts";

const patienceMs = 20_000;

export type Lookup = (host: string) => Promise<readonly string[]>;

const lookupAll: Lookup = async (host) => (await lookup(host, { all: true, verbatim: false })).map(({ address }) => address);

/**
 * Resolves the name once; from here on only this address is connected to, whatever the name says later. One private
 * address among several is refused as well: who answers so is trying.
 */
export async function pinAddress(address: ImportAddress, resolve: Lookup = lookupAll): Promise<Result<string>> {
  const found = isIP(address.host) ? [address.host] : await Promise.race([resolve(address.host).catch(() => []), setTimeout(patienceMs, [], { ref: false })]);
  const [first] = found;
  if (first === undefined) return refuse(`There is no host called ${address.host}.`);
  if (!address.allowed && !found.every(isPublicAddress)) return refuse(`${address.host} is in a private network, which may not be imported from.`);
  return ok(first);
}
