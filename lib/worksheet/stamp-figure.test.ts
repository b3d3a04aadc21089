import { crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { stampFigure, stampJpeg, stampPng, stampSvg } from "./stamp-figure.ts";

const stamp = { title: 'Drift & “noise” <b> ]]> --> "日本"\0\n', source: "https://sheaf.example/runs/run_01ABC", commit: "c0ffee" };
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: (width * 7) % 256, g: (height * 11) % 256, b: 3 } } });
const bytesOf = (buffer: Buffer) => new Uint8Array(buffer);

type Chunk = { type: string; data: Buffer };
function chunksOf(bytes: Uint8Array): Chunk[] {
  const file = Buffer.from(bytes);
  const chunks: Chunk[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    expect(crc32(file.subarray(at + 4, at + 8 + length))).toBe(file.readUInt32BE(at + 8 + length));
    chunks.push({ type: file.toString("latin1", at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

describe("a stamped PNG", () => {
  test.each(Array.from({ length: 30 }, (_, index) => [1 + index * 9, 1 + ((index * 37) % 101)]))(
    "of %i by %i has the same pixels, and says its run",
    async (width, height) => {
      const before = bytesOf(await picture(width, height).png().toBuffer());
      const after = stampPng(before, stamp);
      const chunks = chunksOf(after);
      expect(chunks.filter((chunk) => chunk.type !== "iTXt")).toEqual(chunksOf(before));
      expect(chunks.findIndex((chunk) => chunk.type === "iTXt")).toBeLessThan(chunks.findIndex((chunk) => chunk.type === "IDAT"));
      const { comments } = await sharp(after).metadata();
      expect(comments).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ keyword: "Source", text: stamp.source }),
          expect.objectContaining({ keyword: "Software", text: "Sheaf, worksheet version c0ffee" }),
        ]),
      );
      expect(Buffer.compare(await sharp(after).raw().toBuffer(), await sharp(before).raw().toBuffer())).toBe(0);
    },
  );

  test("cut anywhere, or with a length that lies, is left as it was", async () => {
    const whole = bytesOf(await picture(9, 9).png().toBuffer());
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length);
      expect(stampPng(cut, stamp)).toBe(cut);
    }
    const lying = whole.slice();
    lying.set([0xff, 0xff, 0xff, 0xff], 8);
    expect(stampPng(lying, stamp)).toBe(lying);
  });
});

test("a stamped JPEG has the same pixels and a comment, and a broken one is left as it was", async () => {
  const before = bytesOf(await picture(40, 30).jpeg().toBuffer());
  const after = stampJpeg(before, stamp);
  expect(Buffer.from(after).includes(stamp.source)).toBe(true);
  expect(Buffer.compare(await sharp(after).raw().toBuffer(), await sharp(before).raw().toBuffer())).toBe(0);
  for (const broken of [new Uint8Array(), before.slice(0, 10), new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0])]) expect(stampJpeg(broken, stamp)).toBe(broken);
});

describe("a stamped SVG", () => {
  test.each([
    ["plain", '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', "<metadata "],
    ["with a prefix", '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="1" height="1"><s:g/></s:svg>', "<s:metadata "],
    ["with a quoted sign", '<svg xmlns="http://www.w3.org/2000/svg" aria-label="a > b"><g/></svg>', "<metadata "],
    [
      "behind a prologue",
      '<?xml version="1.0"?><!-- <svg> --><!DOCTYPE svg [<!ENTITY a "<svg>">]><svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
      "<metadata ",
    ],
  ])("%s has its metadata right after the root's start tag, escaped", (_name, text, opens) => {
    const after = stampSvg(text, stamp);
    expect(after).toMatch(/[^/]>(<s:metadata|<metadata) xmlns:dc=.*<(s:)?g\/>/);
    expect(after).toContain(opens);
    expect(after).toContain("Drift &amp; “noise” &lt;b&gt; ]]&gt;");
    expect(after).toContain(stamp.source);
    expect(after.replace(/<((s:)?metadata).*<\/\1>/, "")).toBe(text);
  });

  test.each(["", "<svg/>", "<svg", '<svg a="', "<!-- ", "<?x", "<!DOCTYPE [", "<html><svg></svg></html>", "words"])("%j is left as it was", (text) => {
    expect(stampSvg(text, stamp)).toBe(text);
  });
});

test("other kinds are left as they were", () => {
  const gif = new Uint8Array([0x47, 0x49, 0x46]);
  expect(stampFigure("image/gif", gif, stamp)).toBe(gif);
});
