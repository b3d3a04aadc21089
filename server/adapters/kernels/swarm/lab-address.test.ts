import type os from "node:os";
import { expect, test } from "vitest";
import { findLabAddress } from "./lab-address.ts";

const one = (address: string, family: "IPv4" | "IPv6" = "IPv4") =>
  ({ address, family, internal: false, netmask: "", mac: "", cidr: null }) as os.NetworkInterfaceInfo;
const interfaces = { eth0: [one("10.91.0.7"), one("fd00::7", "IPv6")], eth1: [one("172.18.0.3")] };

test("the own address within a network is found, whichever interface has it", () => {
  expect(findLabAddress("10.91.0.0/24", interfaces)).toEqual({ ok: true, value: "10.91.0.7" });
  expect(findLabAddress("172.18.0.0/16", interfaces)).toEqual({ ok: true, value: "172.18.0.3" });
  expect(findLabAddress("172.18.0.3", interfaces)).toEqual({ ok: true, value: "172.18.0.3" });
  expect(findLabAddress("fd00::/64", interfaces)).toEqual({ ok: true, value: "fd00::7" });
});

test("what is lacking is said with what is there", () => {
  expect(findLabAddress("10.92.0.0/24", interfaces)).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining("It has 10.91.0.7, fd00::7, 172.18.0.3.") },
  });
  expect(findLabAddress(null, interfaces)).toMatchObject({ ok: false, failure: { message: expect.stringContaining("SHEAF_NODE_NETWORK is not set") } });
});
