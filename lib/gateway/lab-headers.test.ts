import { describe, expect, test } from "vitest";
import { responseHeaders } from "./headers.ts";
import { labRequestHeaders, labResponseHeaders } from "./lab-headers.ts";

const by = { requestId: "r1", client: "10.0.0.1", host: "abc.sheaf.localhost", protocol: "http" } as const;
const answer = { requestId: "r1", pageOrigin: "http://sheaf.localhost", basePath: "/" };
const pairs = (flat: string[]) => flat.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), flat[index + 1] ?? ""] as const] : []));
const all = (flat: string[], name: string) => pairs(flat).flatMap(([known, value]) => (known === name ? [value] : []));

describe("to a lab", () => {
  const sent = labRequestHeaders(
    [
      "Host",
      "abc.sheaf.localhost",
      "Authorization",
      "Bearer sheaf_secret",
      "Cookie",
      "next-auth.session-token=x; _xsrf=1; sheaf-lab=y",
      "Cookie",
      "b=2",
      "X-XSRFToken",
      "1",
    ],
    by,
    "labsecret",
  );
  test("go its own cookies and its own token", () => {
    expect(all(sent, "cookie")).toEqual(["_xsrf=1; b=2"]);
    expect(all(sent, "authorization")).toEqual(["token labsecret"]);
    expect(sent.join(" ")).not.toMatch(/next-auth|sheaf_secret|sheaf-lab/);
  });
  test("goes the rest as it was", () => expect(all(sent, "x-xsrftoken")).toEqual(["1"]));
});

describe("from a lab", () => {
  const said = labResponseHeaders(
    [
      ...[
        "Content-Type",
        "text/html",
        "Set-Cookie",
        "_xsrf=1; Path=/",
        "Set-Cookie",
        "next-auth.session-token=evil; Path=/",
        "Set-Cookie",
        "a=1; Domain=sheaf.localhost",
      ],
      ...["Content-Security-Policy", "frame-ancestors 'self'; report-uri /api/security/csp-report, FRAME-ANCESTORS *", "X-Frame-Options", "DENY"],
      ...[
        "Service-Worker-Allowed",
        "/",
        "Clear-Site-Data",
        '"*"',
        "Strict-Transport-Security",
        "max-age=1",
        "Alt-Svc",
        "h3",
        "X-Accel-Redirect",
        "/etc/passwd",
      ],
      ...["Access-Control-Allow-Origin", "*", "Access-Control-Allow-Credentials", "true", "WWW-Authenticate", "Basic", "Referrer-Policy", "unsafe-url"],
      ...["Connection", "X-Own", "X-Own", "1", "Cross-Origin-Resource-Policy", "cross-origin", "X-Request-Id", "theirs", "ETag", '"a"'],
    ],
    answer,
  );
  test("come its cookies for its own host, under its own names", () => expect(all(said, "set-cookie")).toEqual(["_xsrf=1; Path=/"]));
  test("who may frame it is not its to say; the rest of its policy holds", () =>
    expect(all(said, "content-security-policy")).toEqual(["report-uri /api/security/csp-report", "frame-ancestors http://sheaf.localhost"]));
  test.each([
    "x-frame-options",
    "service-worker-allowed",
    "clear-site-data",
    "strict-transport-security",
    "alt-svc",
    "x-accel-redirect",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "www-authenticate",
    "x-own",
  ])("%s does not come through", (name) => expect(all(said, name)).toEqual([]));
  test("what protects is said once, by us", () => {
    expect(all(said, "referrer-policy")).toEqual(["same-origin"]);
    expect(all(said, "x-content-type-options")).toEqual(["nosniff"]);
    expect(all(said, "cross-origin-resource-policy")).toEqual(["same-origin"]);
    expect(all(said, "origin-agent-cluster")).toEqual(["?1"]);
    expect(all(said, "x-request-id")).toEqual(["r1"]);
    expect(all(said, "etag")).toEqual(['"a"']);
  });
});

test("the page around a lab may frame labs, and no other page", () => {
  const page = ["Content-Security-Policy", "default-src 'self'; frame-src 'self'; object-src 'none'"];
  expect(all(responseHeaders(page, "r1", "http", "http://*.sheaf.localhost"), "content-security-policy")).toEqual([
    "default-src 'self'; frame-src 'self' http://*.sheaf.localhost; object-src 'none'",
  ]);
  expect(all(responseHeaders(page, "r1", "http"), "content-security-policy")).toEqual([page[1]]);
});
