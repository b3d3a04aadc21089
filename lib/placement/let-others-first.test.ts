import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { letOthersFirstMs, type NodeOffer, type Placed } from "./let-others-first.ts";

const gigabyte = 1024 ** 3;
const node = (more: Partial<NodeOffer> = {}): NodeOffer => ({ freeBytes: 8 * gigabyte, room: 2, images: [], fetches: true, ...more });
const plain: Placed = { memoryBytes: 2 * gigabyte, image: null };
const pinned: Placed = { ...plain, image: "sha256:a" };

describe("where work goes", () => {
  test("alone, or among equals, nobody waits", () => {
    expect(letOthersFirstMs(node(), [], pinned)).toBe(0);
    expect(letOthersFirstMs(node(), [node(), node()], plain)).toBe(0);
  });
  test("to where the image is, before where there is more memory", () => {
    const has = node({ images: ["sha256:a"], freeBytes: 3 * gigabyte });
    const wait = letOthersFirstMs(node(), [has], pinned) ?? 0;
    expect(wait).toBeGreaterThan(letOthersFirstMs(has, [node()], pinned) ?? 0);
    expect(letOthersFirstMs(has, [node()], pinned)).toBe(0);
  });
  test("among those that have the image, to where more memory is free", () => {
    const [small, large] = [node({ images: ["sha256:a"], freeBytes: gigabyte }), node({ images: ["sha256:a"] })];
    expect(letOthersFirstMs(large, [small], pinned)).toBe(0);
    expect(letOthersFirstMs(small, [large], pinned)).toBeGreaterThan(0);
  });
  test("a machine where it does not fit waits longer than one where it only is tighter", () => {
    const [full, tight] = [node({ freeBytes: 1.5 * gigabyte }), node({ freeBytes: 2.1 * gigabyte })];
    const roomy = node({ freeBytes: 2.5 * gigabyte });
    expect(letOthersFirstMs(full, [roomy], plain) ?? 0).toBeGreaterThan(letOthersFirstMs(tight, [roomy], plain) ?? 0);
  });
  test("whoever has just taken some waits longer for the next, though the others' reports are old", () => {
    const waits = [0, 1, 2].map((taken) => letOthersFirstMs(node({ freeBytes: (20 - taken * 0.5) * gigabyte }), [node({ freeBytes: 20 * gigabyte })], plain));
    expect(waits).toEqual([...new Set(waits)].sort((one, other) => (one ?? 0) - (other ?? 0)));
  });
  test("who has no room is not waited for", () => {
    expect(letOthersFirstMs(node({ freeBytes: gigabyte }), [node({ room: 0 })], plain)).toBe(0);
    expect(letOthersFirstMs(node(), [node({ room: 0, images: ["sha256:a"] })], pinned)).toBe(0);
  });
  test("without a registry only those that have the image take it, and where nobody has it somebody says so", () => {
    const [without, has] = [node({ fetches: false }), node({ fetches: false, images: ["sha256:a"], room: 0 })];
    expect(letOthersFirstMs(without, [has], pinned)).toBe(null);
    expect(letOthersFirstMs(without, [without], pinned)).toBe(0);
  });
});

const offers = fc.record({
  freeBytes: fc.integer({ min: 0, max: 64 * gigabyte }),
  room: fc.integer({ min: 0, max: 4 }),
  images: fc.subarray(["sha256:a", "sha256:b"]),
  fetches: fc.constant(true),
});
const works = fc.record({ memoryBytes: fc.integer({ min: 1, max: 16 * gigabyte }), image: fc.constantFrom(null, "sha256:a", "sha256:b") });

test("of all that have room one takes it at once, and nobody waits for longer than two seconds", () => {
  fc.assert(
    fc.property(fc.array(offers, { minLength: 1, maxLength: 6 }), works, (nodes, work) => {
      const waits = nodes.flatMap((own, index) => (own.room > 0 ? [letOthersFirstMs(own, nodes.toSpliced(index, 1), work)] : []));
      expect(waits.every((wait) => wait !== null && wait < 2000)).toBe(true);
      if (waits.length > 0) expect(Math.min(...waits.map((wait) => wait ?? Number.POSITIVE_INFINITY))).toBe(0);
    }),
  );
});
