import { describe, expect, test } from "vitest";
import { isPublicAddress, parseImportAddress } from "./import-address.ts";
import { pinAddress } from "./pin-address.ts";

const parsed = (text: string, allow: readonly string[] = []) => {
  const result = parseImportAddress(text, allow);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};

describe("addresses to import from", () => {
  test("takes ordinary ones, whatever is around them", () => {
    expect(parsed(" https://Example.org/group/x.git ")).toEqual({
      url: "https://example.org/group/x.git",
      protocol: "https:",
      host: "example.org",
      port: 443,
      allowed: false,
    });
    expect(parsed("http://[2606:4700::1111]:80/x").host).toBe("2606:4700::1111");
  });

  test("a host that was named is allowed at the usual ports, a port only where it was named", () => {
    const allow = ["git.lab", "Other.lab:8443"];
    expect(parsed("https://git.lab/x", allow).allowed).toBe(true);
    expect(parseImportAddress("https://git.lab:8443/x", allow).ok).toBe(false);
    expect(parsed("https://other.lab:8443/x", allow)).toMatchObject({ port: 8443, allowed: true });
    expect(parsed("https://other.lab/x", allow).allowed).toBe(false);
    expect(parsed("https://sub.git.lab/x", allow).allowed).toBe(false);
  });

  test("tells public addresses from all others", () => {
    const inside = ["10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"];
    const outside6 = [
      "::1",
      "::",
      "fe80::1",
      "fc00::1",
      "ff02::1",
      "::ffff:10.0.0.1",
      "64:ff9b::a00:1",
      "2002:a00:1::",
      "2001:db8::1",
      "2001::1",
      "255.255.255.255",
    ];
    for (const address of [...inside, ...outside6, "", "x", "1.2.3"]) expect([address, isPublicAddress(address)]).toEqual([address, false]);
    for (const address of ["1.1.1.1", "140.82.112.3", "2606:4700::1111", "::ffff:1.1.1.1"])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
  });
});

describe("the address that a name leads to", () => {
  const pin = async (answer: readonly string[], url = "https://example.org/x", allow: readonly string[] = []) => {
    const result = await pinAddress(parsed(url, allow), async () => answer);
    return result.ok ? result.value : result.failure.message;
  };

  test("is the first of them, asked for once", async () => {
    expect(await pin(["1.1.1.1", "2606:4700::1111"])).toBe("1.1.1.1");
  });

  test("is refused where any of them is private, and where there is none", async () => {
    expect(await pin(["10.0.0.1"])).toMatch(/private network/);
    expect(await pin(["1.1.1.1", "::1"])).toMatch(/private network/);
    expect(await pin(["::ffff:192.168.0.1"])).toMatch(/private network/);
    expect(await pin([])).toMatch(/no host called example.org/);
  });

  test("may be private where the operator named the host", async () => {
    expect(await pin(["10.0.0.1"], "https://git.lab/x", ["git.lab"])).toBe("10.0.0.1");
  });
});
