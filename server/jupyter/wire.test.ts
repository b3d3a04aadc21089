import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readKernelMessage } from "./messages.ts";
import { createWire } from "./wire.ts";

const wire = createWire("secret key");
const request = { type: "execute_request", content: { code: "1", silent: false } };

describe("messages on the wire", () => {
  test("are signed as Python's own hmac signs them", () => {
    // hmac.new(b"secret key", b'{"msg_id":"a","msg_type":"status"}{}{}{}', "sha256") of Python
    const signed = ['{"msg_id":"a","msg_type":"status"}', "{}", "{}", "{}"].map((part) => Buffer.from(part));
    const frames = [Buffer.from("topic"), Buffer.from("<IDS|MSG>"), Buffer.from("03d472df677bf2b234b02f1f0f1d2c446319df60633ab8dbe9bfcc81ec5c2a3e"), ...signed];
    expect(wire.parse(frames)).toMatchObject({ id: "a", type: "status", parentId: null });
  });

  test("come back as they were sent, whatever they say", () => {
    fc.assert(
      // A member of this name is dropped by the reader, on purpose.
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }).filter((content) => !JSON.stringify(content).includes("__proto__")),
        (content) => {
          const { id, frames } = wire.serialise({ type: "execute_request", content });
          expect(wire.parse(frames)).toMatchObject({ id, type: "execute_request", content: JSON.parse(JSON.stringify(content)) });
        },
      ),
    );
  });

  test("keep their routing frames and buffers apart", () => {
    const { frames } = wire.serialise(request);
    const parsed = wire.parse([Buffer.from("route"), ...frames, Buffer.from([1, 2, 3])]);
    expect(parsed).toMatchObject({ type: "execute_request", buffers: [Buffer.from([1, 2, 3])] });
  });

  test("are refused when one bit of what is signed differs", () => {
    const { frames } = wire.serialise(request);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), fc.integer({ min: 0, max: 7 }), (index, position, bit) => {
        const changed = frames.map((frame) => Buffer.from(frame));
        const frame = changed[index] as Buffer;
        const at = position % frame.length;
        frame[at] = (frame[at] as number) ^ (1 << bit);
        expect(wire.parse(changed)).toBe("bad_signature");
      }),
    );
  });

  test("are refused from somebody with another key", () => {
    expect(createWire("another key").parse(wire.serialise(request).frames)).toBe("bad_signature");
  });

  test("never break the reader, whatever bytes arrive", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array().map((bytes) => Buffer.from(bytes))), (frames) => {
        expect(["malformed", "bad_signature"]).toContain(wire.parse(frames));
      }),
    );
    const { frames } = wire.serialise(request);
    for (const length of [0, 1, 2, 5]) expect(wire.parse(frames.slice(0, length))).toBe("malformed");
    expect(wire.parse([...Array.from({ length: 100 }, () => Buffer.from("x")), ...frames])).toBe("malformed");
    expect(wire.parse([...frames, ...Array.from({ length: 2000 }, () => Buffer.from("x"))])).toBe("malformed");
  });

  test("need a key", () => {
    expect(() => createWire("")).toThrow();
  });
});

describe("what a kernel says", () => {
  const message = (type: string, content: Record<string, unknown>) =>
    readKernelMessage({ id: "1", type, parentId: null, metadata: {}, content, buffers: [], bytes: 1 });

  test("is dropped when its content is not of its type's shape", () => {
    expect(message("stream", { name: "stdout", text: 1 })).toBeNull();
    expect(message("stream", { name: "elsewhere", text: "x" })).toBeNull();
    expect(message("display_data", { data: "x" })).toBeNull();
    expect(message("constructor", {})).toBeNull();
    expect(message("unknown_type", {})).toBeNull();
  });

  test("may write an empty object as an empty list, as R does", () => {
    expect(message("display_data", { data: { "text/plain": "x" }, metadata: [] })).toMatchObject({ content: { metadata: {} } });
  });
});
