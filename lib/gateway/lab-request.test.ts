import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AskedOfLab, comesFromLab, safeLabPath, wantsPage } from "./lab-request.ts";

const own = "http://abc.sheaf.localhost:3000";
const asked = (more: Partial<AskedOfLab>): AskedOfLab => ({
  method: "GET",
  isUpgrade: false,
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  ...more,
});

describe("a lab answers its own pages", () => {
  test.each<[string, Partial<AskedOfLab>]>([
    ["a page that is gone to from the app", { fetchMode: "navigate", fetchSite: "same-site" }],
    ["a file of its own", { fetchMode: "no-cors", fetchSite: "same-origin" }],
    ["data by fetch", { fetchMode: "cors", fetchSite: "same-origin" }],
    ["saving", { method: "PUT", origin: own, fetchSite: "same-origin", fetchMode: "cors" }],
    ["a socket", { isUpgrade: true, origin: own }],
    ["an old browser that says nothing of sites", { method: "POST", origin: own }],
  ])("%s", (_, more) => expect(comesFromLab(asked(more), own)).toBe(true));

  const others = ["http://def.sheaf.localhost:3000", "http://sheaf.localhost:3000", "https://evil.example", "null", `${own}.evil.example`, own.toUpperCase()];
  test.each(others)("not those of %s", (origin) => {
    expect(comesFromLab(asked({ isUpgrade: true, origin }), own)).toBe(false);
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) expect(comesFromLab(asked({ method, origin }), own)).toBe(false);
    expect(comesFromLab(asked({ origin, fetchMode: "cors" }), own)).toBe(false);
  });
  test("a socket or a change of nobody's is refused", () => {
    expect(comesFromLab(asked({ isUpgrade: true }), own)).toBe(false);
    expect(comesFromLab(asked({ method: "POST" }), own)).toBe(false);
  });
  test("a picture or script that another host takes is refused", () => {
    expect(comesFromLab(asked({ fetchMode: "no-cors", fetchSite: "same-site" }), own)).toBe(false);
    expect(comesFromLab(asked({ fetchMode: "no-cors", fetchSite: "cross-site" }), own)).toBe(false);
  });
});

describe("where an entrance leads", () => {
  test.each([
    ["/lab/tree/a%20b.ipynb?reset#x", "/", "/lab/tree/a%20b.ipynb?reset#x"],
    [null, "/", "/lab"],
    ["//evil.example/", "/", "/lab"],
    ["/\\evil.example", "/", "/lab"],
    ["https://evil.example/", "/", "/lab"],
    ["javascript:alert(1)", "/", "/lab"],
    ["/.//evil.example", "/", "/lab"],
    ["/.sheaf/enter?ticket=x", "/", "/lab"],
    ["/labs/abc/lab/tree/a", "/labs/abc/", "/labs/abc/lab/tree/a"],
    ["/labs/abc/../def/lab", "/labs/abc/", "/labs/abc/lab"],
    ["/lab", "/labs/abc/", "/labs/abc/lab"],
  ])("%s below %s: %s", (next, base, expected) => expect(safeLabPath(next, base, own)).toBe(expected));
  test("never leaves the lab's origin", () => {
    const piece = fc.constantFrom("/", "\\", ".", "..", "//", "evil.example", "@", ":", "\t", "%2f", "lab", "http:");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const url = new URL(safeLabPath(pieces.join(""), "/", own), own);
        expect(url.origin).toBe(own);
      }),
    );
  });
});

test("a page is for whoever navigates", () => {
  expect(wantsPage({ method: "GET", accept: "*/*", fetchMode: "navigate" })).toBe(true);
  expect(wantsPage({ method: "GET", accept: "text/html", fetchMode: "cors" })).toBe(false);
  expect(wantsPage({ method: "GET", accept: "text/html,*/*", fetchMode: undefined })).toBe(true);
  expect(wantsPage({ method: "POST", accept: "text/html", fetchMode: "navigate" })).toBe(false);
});
