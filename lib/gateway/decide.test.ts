import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, decideAtLabPort, decideUpgrade, readablePath, type Site } from "./decide.ts";

const site: Site = {
  publicUrl: "http://sheaf.localhost:3000",
  port: 3000,
  development: false,
  uploadBytes: 5_000_000,
  projects: { fileBytes: 100_000_000, importBytes: 2_000_000_000 },
  labs: { hosts: "wildcard", port: 3001, bodyBytes: 5e9 },
};
const get = (target: string, host = "sheaf.localhost:3000", more = {}) => decide({ method: "GET", target, host, accept: "text/html", ...more }, site);

describe("hosts", () => {
  test("the public host is served", () => expect(get("/worksheets/x?a=1")).toMatchObject({ kind: "web", protocol: "http" }));
  test("the public host is served whatever its case", () => expect(get("/", "Sheaf.LOCALHOST:3000").kind).toBe("web"));
  test.each(["localhost:3000", "127.0.0.1:3000", "[::1]:3000"])("a page asked for at %s is sent to the public address", (host) =>
    expect(get("/worksheets/x?a=1", host)).toEqual({ kind: "redirect", location: "http://sheaf.localhost:3000/worksheets/x?a=1" }),
  );
  test("the API answers at localhost", () => expect(get("/api/v1/worksheets", "localhost:3000").kind).toBe("web"));
  test("a form sent to localhost is served", () => expect(get("/me", "localhost:3000", { method: "POST" }).kind).toBe("web"));
  test.each(["evil.example", "sheaf.localhost:3001", "localhost", "127.0.0.1:80"])("%s is a wrong address", (host) =>
    expect(get("/", host)).toMatchObject({ kind: "refuse", status: 421 }),
  );
  test.each([
    undefined,
    "",
    "a b",
    "sheaf.localhost:3000.evil.example",
    "sheaf.localhost:3000/",
    "user@sheaf.localhost:3000",
    "sheaf.localhost:3000,evil.example",
  ])("host %j is malformed", (host) => expect(decide({ method: "GET", target: "/", host }, site)).toMatchObject({ kind: "refuse", status: 400 }));
  test("an https address makes the protocol https on the public host only", () => {
    const secure = { ...site, publicUrl: "https://sheaf.example.org" };
    expect(decide({ method: "GET", target: "/", host: "sheaf.example.org" }, secure)).toMatchObject({ kind: "web", protocol: "https" });
    expect(decide({ method: "GET", target: "/api/v1/me", host: "localhost:3000" }, secure)).toMatchObject({ kind: "web", protocol: "http" });
  });
});

describe("what a page's buttons send", () => {
  const post = (more: object, target = "/projects/new") => get(target, "sheaf.localhost:3000", { method: "POST", hasCookies: true, ...more });
  const ours = "http://sheaf.localhost:3000";
  test.each([{ origin: ours }, { origin: ours, fetchSite: "same-origin" }, { hasCookies: false }])("passes as %j", (more) =>
    expect(post(more).kind).toBe("web"),
  );
  test.each([
    { origin: "http://lab.sheaf.localhost:3000", fetchSite: "same-site" },
    { origin: "null", fetchSite: "same-site" },
    { origin: ours, fetchSite: "same-site" },
    { origin: "null" },
    { origin: "http://evil.example", fetchSite: "cross-site" },
    { fetchSite: "same-site" },
    {},
  ])("does not pass as %j", (more) => expect(post(more)).toMatchObject({ kind: "refuse", status: 403 }));
  test("is not the API's, which knows tokens", () => expect(post({ origin: "null" }, "/api/v1/projects").kind).toBe("web"));
});

describe("labs", () => {
  const label = fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789"), minLength: 1, maxLength: 30 });
  test("every path of a host below the public one belongs to that lab", () => {
    fc.assert(
      fc.property(label, fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 4 }), (name, path) => {
        expect(get(`/${path.map(encodeURIComponent).join("/")}`, `${name}.sheaf.localhost:3000`)).toMatchObject({
          kind: "lab",
          label: name,
          basePath: "/",
          origin: `http://${name}.sheaf.localhost:3000`,
        });
      }),
    );
  }, 30_000);
  test.each(["a.b", "-a", "a_b", ".", "a..b", "a-"])("host %j below the public one is nobody's", (name) =>
    expect(["refuse"]).toContain(get("/", `${name}.sheaf.localhost:3000`).kind),
  );
  test.each([
    ["/.sheaf/enter?ticket=x", "enter"],
    ["/%2esheaf/enter", "enter"],
    ["//.sheaf/enter", "enter"],
    ["/.sheaf", "ours"],
    ["/.sheaf/anything", "ours"],
    ["/x/../.sheaf/y", "ours"],
    ["/.sheafs", "lab"],
    ["/api/health", "lab"],
    ["/internal/x", "lab"],
  ])("%s at a lab is for: %s", (target, place) => expect(get(target, "abc.sheaf.localhost:3000")).toMatchObject({ kind: "lab", place }));
  test("a lab's host is one of a site's in any letter case", () => expect(get("/", "ABC.Sheaf.localhost:3000")).toMatchObject({ kind: "lab", label: "abc" }));
  test("https of the site is https of its labs", () =>
    expect(decide({ method: "GET", target: "/", host: "abc.sheaf.example.org" }, { ...site, publicUrl: "https://sheaf.example.org" })).toMatchObject({
      protocol: "https",
      origin: "https://abc.sheaf.example.org",
    }));
  test("only the page around a lab may frame labs", () => {
    expect(get("/projects/x/lab?path=a")).toMatchObject({ kind: "web", holdsLab: true });
    for (const path of ["/projects/x", "/projects/x/lab/y", "/labs/x/lab", "/"]) expect(get(path)).toMatchObject({ kind: "web", holdsLab: false });
  });

  describe("on a second port", () => {
    const shared: Site = { ...site, labs: { ...site.labs, hosts: "port" } };
    const at = (target: string, host = "sheaf.localhost:3001") => decideAtLabPort({ method: "GET", target, host, accept: "text/html" }, shared);
    test("a lab is a folder", () =>
      expect(at("/labs/abc/lab/tree?x=1")).toMatchObject({
        kind: "lab",
        label: "abc",
        basePath: "/labs/abc/",
        place: "lab",
        origin: "http://sheaf.localhost:3001",
      }));
    test("each has an entrance", () => expect(at("/labs/abc/.sheaf/enter?ticket=1")).toMatchObject({ place: "enter", label: "abc" }));
    test.each(["/", "/labs", "/labs/", "/labs/abc", "/labs/abc/../def/lab", "/labs/%61bc/lab", "/x/labs/abc/", "//labs/abc/", "/labs/a%2fb/"])(
      "%s is nobody's",
      (target) => expect(at(target)).toMatchObject({ kind: "refuse" }),
    );
    test.each(["sheaf.localhost:3000", "abc.sheaf.localhost:3001", "localhost:3001", "evil.example"])("%s is a wrong address there", (host) =>
      expect(at("/labs/abc/lab", host)).toMatchObject({ kind: "refuse", status: 421 }),
    );
    test("hosts below the public one have nothing then", () =>
      expect(decide({ method: "GET", target: "/", host: "abc.sheaf.localhost:3000" }, shared)).toMatchObject({ kind: "refuse", status: 404 }));
    test("what is a lab's by its address is that lab's by what a server behind reads", () => {
      const piece = fc.constantFrom("labs", "abc", "def", "..", ".", "%2e%2e", "", "lab", ".sheaf", "\\", "%2f");
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
          const target = `/${pieces.join("/")}`;
          const decision = at(target);
          if (decision.kind !== "lab") return;
          expect(target.startsWith(decision.basePath)).toBe(true);
          expect(`${readablePath(target)}/`.startsWith(decision.basePath)).toBe(true);
        }),
      );
    });
  });
});

describe("bodies", () => {
  const room = (target: string) => decide({ method: "POST", target, host: "sheaf.localhost:3000" }, site);
  test("may be as large as their route reads, and no larger", () => {
    expect(room("/api/v1/worksheets/x/runs")).toMatchObject({ bodyBytes: 1024 * 1024 });
    expect(room("/sign-up")).toMatchObject({ bodyBytes: 1024 * 1024 });
    expect(room("/api/auth/callback/credentials")).toMatchObject({ bodyBytes: 65_536 });
    expect(room("/api/v1/uploads?x=1")).toMatchObject({ bodyBytes: 5_065_536 });
    expect(room("/api/v1/uploads/../worksheets/x/runs")).toMatchObject({ bodyBytes: 1024 * 1024 });
    expect(room("/api/v1/home/uploads/x?offset=0")).toMatchObject({ bodyBytes: 64 * 1024 * 1024 + 65_536 });
    expect(room("/api/v1/projects/import")).toMatchObject({ bodyBytes: 2_000_000_000 + 1024 * 1024 });
    expect(room("/api/v1/projects/x/files/a/b.csv")).toMatchObject({ bodyBytes: 100_000_000 + 1024 * 1024 });
    expect(room("/api/v1/projects/x/versions")).toMatchObject({ bodyBytes: 1024 * 1024 });
  });
});

describe("paths", () => {
  test.each([
    ["/api/health", "all"],
    ["/api/health/live", "live"],
    ["/api/health/ready?x", "ready"],
  ])("%s is answered here", (target, part) => expect(get(target, "localhost:3000")).toEqual({ kind: "health", part }));
  test.each([
    "/internal",
    "/internal/runs",
    "//internal/x",
    "/./internal/x",
    "/a/../internal/x",
    "/%69nternal/x",
    "/a%2f..%2finternal/x",
    "/\\internal\\x",
    "/internal?x",
  ])("%s is hidden", (target) => expect(get(target)).toMatchObject({ kind: "refuse", status: 404 }));
  test("a page that only begins like the hidden one is served", () => expect(get("/internals").kind).toBe("web"));
  test.each(["http://evil.example/", "*", "evil", "/%zz", "/a%00b", "/a%0d%0ab"])("%s is refused", (target) =>
    expect(get(target)).toMatchObject({ status: 400 }),
  );
  test("no spelling of the hidden path gets through", () => {
    const slashes = fc.constantFrom("/", "//", "/./", "/x/../", "%2f", "\\", "/%2e/", "/x/%2e%2e/");
    const word = fc.constantFrom("internal", "%69nternal", "inte%72nal", "%69%6e%74%65%72%6e%61%6c");
    fc.assert(
      fc.property(slashes, word, slashes, (before, hidden, after) => {
        expect(decide({ method: "GET", target: `/${before}${hidden}${after}x`, host: "sheaf.localhost:3000" }, site).kind).toBe("refuse");
      }),
    );
  });
  test("a readable path is clean, and reading it again changes nothing", () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        const once = readablePath(`/${path}`);
        if (once === null || once.includes("%") || /[?#]/.test(once)) return;
        expect(once).not.toMatch(/\/\.{0,2}\/|\/\.{1,2}$/);
        expect(readablePath(once)).toBe(once);
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});

describe("upgrades", () => {
  const upgrade = (target: string, origin: string | undefined, development: boolean) =>
    decideUpgrade({ method: "GET", target, host: "sheaf.localhost:3000", origin }, { ...site, development });
  test("nothing speaks WebSocket", () => expect(upgrade("/api/v1/runs", "http://sheaf.localhost:3000", false)).toMatchObject({ status: 404 }));
  test("pages under development do", () => expect(upgrade("/_next/webpack-hmr?id=1", "http://sheaf.localhost:3000", true).kind).toBe("web"));
  test.each(["http://evil.example", undefined, "null"])("but not for %s", (origin) =>
    expect(upgrade("/_next/webpack-hmr", origin, true)).toMatchObject({ status: 403 }),
  );
});
