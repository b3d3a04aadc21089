import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createChunkReader } from "./chunks.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Given in parts of these sizes: the body, what follows it, or "broken". */
function readIn(sizes: readonly number[], bytes: Uint8Array): { body: number[]; rest: number[] | null } | "broken" {
  const read = createChunkReader();
  const body: number[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const part = bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
    at += part.length;
    const reading = read(part);
    if (reading === "broken") return "broken";
    for (const piece of reading.pieces) body.push(...piece);
    if (reading.rest !== null) return { body, rest: [...reading.rest, ...bytes.subarray(at)] };
  }
  return { body, rest: null };
}

describe("a body in chunks", () => {
  test("is the same in whatever parts it arrives, and what follows is not of it", () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(chunk, { maxLength: 8 }),
        sizes,
        fc.uint8Array({ maxLength: 10 }),
        fc.constantFrom("", "a: b\r\n"),
        (chunks, parts, after, trailers) => {
          const told = chunks.flatMap((one) => [...bytesOf(`${one.length.toString(16)};x="y"\r\n`), ...one, 13, 10]);
          const sent = new Uint8Array([...told, ...bytesOf(`0\r\n${trailers}\r\n`), ...after]);
          expect(readIn(parts, sent)).toEqual({ body: chunks.flatMap((one) => [...one]), rest: [...after] });
        },
      ),
    );
  });
  test.each(["x\r\n", "-1\r\n", "5\nhello", "5\r\nhelloX\r\n", "5\r\nhello\n", "0x5\r\n", "ffffffffffffffff\r\n", " 5\r\n", "5\rhello", "\r\n"])(
    "%j is broken",
    (text) => expect(readIn([1], bytesOf(text))).toBe("broken"),
  );
  test.each([
    ["a size", "1".repeat(10_000)],
    ["an extension", `5;${"x".repeat(10_000)}`],
    ["trailers", `0\r\n${"a: b\r\n".repeat(100)}`],
  ])("%s without end is broken", (_, text) => expect(readIn([100], bytesOf(text))).toBe("broken"));
});
