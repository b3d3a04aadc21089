import { describe, expect, it } from "vitest";
import { byteRange } from "./byte-range.ts";

const ask = (range: string, more: Record<string, string> = {}) => byteRange(new Headers({ range, ...more }), '"a"', 1000);

describe("a range of bytes", () => {
  it("is from the first to the last byte, both of them", () => {
    expect(ask("bytes=0-0")).toEqual({ start: 0, end: 1 });
    expect(ask("bytes=200-299")).toEqual({ start: 200, end: 300 });
    expect(ask("bytes=990-")).toEqual({ start: 990, end: 1000 });
    expect(ask("bytes=-10")).toEqual({ start: 990, end: 1000 });
    expect(ask("bytes=-5000")).toEqual({ start: 0, end: 1000 });
    expect(ask("bytes=900-5000")).toEqual({ start: 900, end: 1000 });
  });

  it("is refused where the file has no such bytes", () => {
    expect(ask("bytes=1000-")).toBe("unsatisfiable");
    expect(ask("bytes=-0")).toBe("unsatisfiable");
  });

  it("is nothing where it is none, or of another content", () => {
    for (const range of ["", "bytes=-", "bytes=5-2", "lines=0-3", "bytes=0-1,4-5", "bytes=a-b"]) expect(ask(range)).toBe("none");
    expect(ask("bytes=0-1", { "if-range": '"b"' })).toBe("none");
    expect(ask("bytes=0-1", { "if-range": '"a"' })).toEqual({ start: 0, end: 2 });
  });
});
