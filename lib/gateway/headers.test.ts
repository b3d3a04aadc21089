import { describe, expect, test } from "vitest";
import { clientAddress, requestHeaders, responseHeaders } from "./headers.ts";

const by = { requestId: "r1", client: "10.0.0.1", host: "sheaf.localhost", protocol: "http" } as const;
const asRecord = (flat: string[]) => Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), flat[index + 1]]] : [])));

describe("request headers", () => {
  test("headers of one connection stay behind, also those it names itself", () => {
    const sent = asRecord(
      requestHeaders(
        [
          "Host",
          "a",
          "Connection",
          "keep-alive, X-Private",
          "X-Private",
          "1",
          "TE",
          "trailers",
          "Transfer-Encoding",
          "chunked",
          "Upgrade",
          "h2c",
          "Accept",
          "*/*",
        ],
        by,
      ),
    );
    expect(sent).toEqual({
      host: "a",
      accept: "*/*",
      "x-forwarded-for": "10.0.0.1",
      "x-forwarded-host": "sheaf.localhost",
      "x-forwarded-proto": "http",
      "x-request-id": "r1",
    });
  });
  test("a connection cannot name away the host, the length or the cookie", () => {
    const sent = asRecord(requestHeaders(["Host", "a", "Connection", "host, content-length, cookie", "Content-Length", "3", "Cookie", "s=1"], by));
    expect(sent).toMatchObject({ host: "a", "content-length": "3", cookie: "s=1" });
  });
  test("nobody outside can pretend to be the gateway", () => {
    const sent = requestHeaders(
      [
        "X-Forwarded-For",
        "6.6.6.6",
        "X-Forwarded-Host",
        "evil",
        "X-Real-IP",
        "6.6.6.6",
        "Forwarded",
        "for=6.6.6.6",
        "X-Request-Id",
        "mine",
        "X-Sheaf-User",
        "root",
        "X-Middleware-Subrequest",
        "middleware",
      ],
      by,
    );
    expect(sent.join(" ")).not.toMatch(/6\.6\.6\.6|evil|mine|root|middleware/);
  });
});

describe("response headers", () => {
  test("what the page said itself stays", () => {
    const sent = asRecord(
      responseHeaders(["Referrer-Policy", "no-referrer", "Content-Security-Policy", "default-src 'self'", "Connection", "close"], "r1", "http"),
    );
    expect(sent).toEqual({
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'self'",
      "x-content-type-options": "nosniff",
      "x-request-id": "r1",
    });
  });
  test("several cookies stay several", () =>
    expect(responseHeaders(["Set-Cookie", "a=1", "Set-Cookie", "b=2"], "r1", "http").filter((word) => word === "Set-Cookie")).toHaveLength(2));
});

describe("client address", () => {
  test.each([
    ["nothing in front: the claim is ignored", "6.6.6.6", "10.0.0.1", 0, "10.0.0.1"],
    ["one proxy: what it saw", "6.6.6.6, 7.7.7.7", "10.0.0.1", 1, "7.7.7.7"],
    ["two proxies", "6.6.6.6, 7.7.7.7, 8.8.8.8", "10.0.0.1", 2, "7.7.7.7"],
    ["fewer addresses than proxies: the leftmost", "7.7.7.7", "10.0.0.1", 3, "7.7.7.7"],
    ["no header", undefined, "::ffff:10.0.0.1", 1, "10.0.0.1"],
    ["a port is dropped", "[2001:db8::1]:5000", "10.0.0.1", 1, "2001:db8::1"],
    ["text that is no address", "<script>", "10.0.0.1", 1, "10.0.0.1"],
  ])("%s", (_, header, remote, proxies, expected) => expect(clientAddress(header, remote, proxies)).toBe(expected));
});
