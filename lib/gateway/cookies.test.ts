import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cookieFromLab, cookiesForLab, isOurCookie, readCookies, removalsOf, repeatedCookies } from "./cookies.ts";

const ours = ["next-auth.session-token", "__Host-next-auth.csrf-token", "__Secure-next-auth.session-token", "sheaf_visitor", "__Host-sheaf-lab", "SHEAF-LAB"];
const names = fc.oneof(fc.constantFrom(...ours), fc.stringMatching(/^[a-z_]{1,8}$/));

describe("cookies for a lab", () => {
  test("none of ours is among them, whatever stands beside it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.stringMatching(/^[\w.=-]{0,12}$/)), { maxLength: 8 }), (pairs) => {
        const sent = cookiesForLab(pairs.map(([name, value]) => `${name}=${value}`).join("; "));
        const expected = pairs.filter(([name]) => !isOurCookie(name)).map(([name, value]) => ({ name, value }));
        expect(readCookies(sent ?? undefined)).toEqual(expected);
      }),
    );
  });
  test.each(ours)("%s is ours", (name) => expect(isOurCookie(name)).toBe(true));
  test.each(["_xsrf", "username-localhost-8888", "sheaves", "my-next-auth.session-token"])("%s is not", (name) => expect(isOurCookie(name)).toBe(false));
});

describe("cookies from a lab", () => {
  test.each([
    ["_xsrf=1; Path=/; HttpOnly", "/", "_xsrf=1; HttpOnly; Path=/"],
    ["a=1", "/", "a=1; Path=/"],
    ["a=1; Path=/labs/abc/lab", "/labs/abc/", "a=1; Path=/labs/abc/lab"],
    ["a=1; path=/; Max-Age=5", "/labs/abc/", "a=1; Max-Age=5; Path=/labs/abc/"],
    ["a=1; Path=/labs/other/", "/labs/abc/", "a=1; Path=/labs/abc/"],
  ])("%s stays on its own ground", (given, base, expected) => expect(cookieFromLab(given, base)).toBe(expected));
  test.each([
    "a=1; Domain=sheaf.localhost",
    "a=1; domain=.localhost; Path=/",
    "a=1;DOMAIN",
    "next-auth.session-token=x",
    "__Host-sheaf-lab=x; Secure; Path=/",
    "  sheaf-lab = x",
    "nothing",
    "=x",
  ])("%j is dropped", (given) => expect(cookieFromLab(given, "/")).toBeNull());
});

describe("two cookies of one name of ours", () => {
  test.each([
    ["next-auth.session-token=a; next-auth.session-token=b", ["next-auth.session-token"]],
    ["x=1; sheaf_visitor=a; y=2; sheaf_visitor=a; sheaf_visitor=c", ["sheaf_visitor"]],
    ["x=1; x=2", []],
    ["next-auth.session-token=a; __Host-next-auth.session-token=b", []],
    [undefined, []],
  ])("%s", (header, expected) => expect(repeatedCookies(header)).toEqual(expected));

  test("are dealt with a few at a time, however many a page invented", () => {
    const invented = Array.from({ length: 500 }, (_, index) => `sheaf-${index}=; sheaf-${index}=`).join("; ");
    expect(removalsOf(repeatedCookies(invented), "sheaf.example.org", "/projects/a/lab").join("").length).toBeLessThan(8000);
  });
  test("are removed for every parent domain and every path that could have brought them here, never the true one", () => {
    const removals = removalsOf(["s"], "sheaf.example.org", "/projects/a b/lab?x=1");
    for (const domain of ["sheaf.example.org", "example.org"])
      for (const path of ["/", "/projects", "/projects/", "/projects/a b", "/projects/a b/lab", "/projects/a b/lab/"])
        expect(removals).toContain(`s=; Domain=${domain}; Path=${path}; Max-Age=0`);
    expect(removals).toContain("s=; Path=/projects; Max-Age=0");
    expect(removals.some((one) => !one.includes("Domain=") && one.includes("Path=/;"))).toBe(false);
  });
  test("stay few for the deepest address", () => expect(removalsOf(["a", "b"], "a.b.c.example.org", `/${"x/".repeat(500)}`).length).toBeLessThan(250));
});
