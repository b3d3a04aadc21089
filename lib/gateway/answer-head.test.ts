import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAnswerHead } from "./answer-head.ts";

const head = (...lines: string[]) => readAnswerHead(lines.join("\r\n"), "GET");

describe("the head of an answer", () => {
  test("is its status, its words and its headers, byte for byte", () =>
    expect(head("HTTP/1.1 200 All right", "Content-Type:text/plain", "X-A: \t a b \t", "x-a: caf\u00c3\u00a0", "Content-Length: 5")).toEqual({
      status: 200,
      message: "All right",
      headers: ["Content-Type", "text/plain", "X-A", "a b", "x-a", "caf\u00c3\u00a0", "Content-Length", "5"],
      framing: { kind: "length", bytes: 5 },
      keepAlive: true,
    }));
  test.each([
    ["GET", ["HTTP/1.1 200", "content-length: 5"], { kind: "length", bytes: 5 }, true],
    ["GET", ["HTTP/1.1 200 OK", "content-length: 5", "Content-Length: 5"], { kind: "length", bytes: 5 }, true],
    ["HEAD", ["HTTP/1.1 200 OK", "content-length: 5"], { kind: "none" }, true],
    ["GET", ["HTTP/1.1 204 No Content"], { kind: "none" }, true],
    ["GET", ["HTTP/1.1 304 Not Modified", "content-length: 5"], { kind: "none" }, true],
    ["GET", ["HTTP/1.1 200 OK", "Transfer-Encoding: Chunked"], { kind: "chunked" }, true],
    ["GET", ["HTTP/1.1 200 OK", "connection: x, Close", "content-length: 1"], { kind: "length", bytes: 1 }, false],
    ["GET", ["HTTP/1.1 200 OK"], { kind: "close" }, false],
    ["GET", ["HTTP/1.0 200 OK", "content-length: 1"], { kind: "length", bytes: 1 }, false],
    ["GET", ["HTTP/1.0 200 OK", "content-length: 1", "connection: keep-alive"], { kind: "length", bytes: 1 }, true],
  ] as const)("%s, answered by %j, ends as told", (method, lines, framing, keepAlive) =>
    expect(readAnswerHead(lines.join("\r\n"), method)).toMatchObject({ framing, keepAlive }),
  );
  test.each([
    ["two lengths", ["HTTP/1.1 200 OK", "content-length: 5", "content-length: 6"]],
    ["a list of lengths", ["HTTP/1.1 200 OK", "content-length: 5, 5"]],
    ["a length that is none", ["HTTP/1.1 200 OK", "content-length: +5"]],
    ["an endless length", ["HTTP/1.1 200 OK", "content-length: 99999999999999999999"]],
    ["length and chunks", ["HTTP/1.1 200 OK", "content-length: 5", "transfer-encoding: chunked"]],
    ["an unknown encoding", ["HTTP/1.1 200 OK", "transfer-encoding: gzip, chunked"]],
    ["chunks said twice", ["HTTP/1.1 200 OK", "transfer-encoding: chunked", "transfer-encoding: chunked"]],
    ["chunks in HTTP/1.0", ["HTTP/1.0 200 OK", "transfer-encoding: chunked"]],
    ["a folded line", ["HTTP/1.1 200 OK", "a: b", " c: d"]],
    ["a space before the colon", ["HTTP/1.1 200 OK", "content-length : 5"]],
    ["no colon", ["HTTP/1.1 200 OK", "content-length"]],
    ["no name", ["HTTP/1.1 200 OK", ": 5"]],
    ["a bare line feed", ["HTTP/1.1 200 OK", "a: b\ncontent-length: 5"]],
    ["a bare carriage return", ["HTTP/1.1 200 OK", "a: b\rcontent-length: 5"]],
    ["a zero byte", ["HTTP/1.1 200 OK", "a: b\0"]],
    ["another protocol", ["HTTP/2 200 OK"]],
    ["a status that is none", ["HTTP/1.1 2000 OK"]],
    ["no status", ["HTTP/1.1"]],
    ["nothing", [""]],
  ])("with %s is not understood", (_, lines) => expect(head(...lines)).toBeNull());
  test("never throws, whatever it is", () => {
    const text = fc.uint8Array({ maxLength: 60 }).map((bytes) => String.fromCharCode(...bytes));
    fc.assert(fc.property(text, (words) => void head("HTTP/1.1 200 OK", words)));
  });
});
