import net from "node:net";
import os from "node:os";
import { fail, ok, type Result } from "#lib/result.ts";

type Interfaces = ReturnType<typeof os.networkInterfaces>;

/** This machine's own address on that network ("10.91.0.0/24"), or the address itself where one is given, if it is ours. */
export function findLabAddress(network: string | null, interfaces: Interfaces = os.networkInterfaces()): Result<string> {
  if (network === null)
    return fail("unavailable", "SHEAF_NODE_NETWORK is not set: it says on which network labs are reached from other machines (10.91.0.0/24, say).");
  const [address = "", bits] = network.split("/");
  const family = net.isIPv4(address) ? "ipv4" : "ipv6";
  const block = new net.BlockList();
  block.addSubnet(address, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
  const own = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const found = own.find((one) => one.family.toLowerCase() === family && block.check(one.address, family));
  if (found) return ok(found.address);
  const seen = own.filter((one) => !one.internal).map((one) => one.address);
  return fail("unavailable", `This machine has no address in SHEAF_NODE_NETWORK (${network}). It has ${seen.join(", ") || "none but loopback"}.`);
}
