export type ImageSize = { readonly width: number; readonly height: number };

/** Where a JPEG's size stands depends on what cameras put before it; figures have it near the beginning. */
const readBytes = 128 * 1024;
const largest = 20_000;

/** The size in pixels that an image's own header tells, so that its room can be kept before it is there; null where it cannot be told. */
export function imageSize(type: string, base64: string): ImageSize | null {
  try {
    const bytes = bytesOf(base64);
    const size = readers[type]?.(bytes, new DataView(bytes.buffer));
    return size && size.width > 0 && size.height > 0 && size.width <= largest && size.height <= largest ? size : null;
  } catch {
    // Cut short, or not what its type says.
    return null;
  }
}

/** The size that an SVG asks for, in CSS pixels; null where it takes what it is given. */
export function svgSize(source: string): ImageSize | null {
  const tag = /<svg\b[^>]{0,4000}>/i.exec(source.slice(0, 20_000))?.[0] ?? "";
  const width = lengthOf(tag, "width");
  const height = lengthOf(tag, "height");
  return width !== null && height !== null && width <= largest && height <= largest ? { width, height } : null;
}

const pixelsPerUnit: Readonly<Record<string, number>> = { "": 1, px: 1, pt: 96 / 72, pc: 16, mm: 96 / 25.4, cm: 96 / 2.54, in: 96 };

function lengthOf(tag: string, name: string): number | null {
  const found = new RegExp(`\\s${name}\\s*=\\s*["']\\s*([0-9.]+)\\s*([a-z]*)\\s*["']`, "i").exec(tag);
  const pixels = Number(found?.[1]) * (pixelsPerUnit[found?.[2]?.toLowerCase() ?? ""] ?? Number.NaN);
  return pixels > 0 ? Math.round(pixels) : null;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const start = base64.slice(0, Math.ceil(readBytes / 3) * 4);
  return Uint8Array.from(atob(start.slice(0, start.length - (start.length % 4))), (character) => character.charCodeAt(0));
}

type Reader = (bytes: Uint8Array, view: DataView) => ImageSize | null;

const readers: Readonly<Record<string, Reader>> = {
  "image/png": (_bytes, view) => (view.getUint32(0) === 0x89504e47 ? { width: view.getUint32(16), height: view.getUint32(20) } : null),
  "image/gif": (_bytes, view) => (view.getUint32(0) === 0x47494638 ? { width: view.getUint16(6, true), height: view.getUint16(8, true) } : null),
  "image/jpeg": jpegSize,
  "image/webp": webpSize,
};

/** Segments one after the other until the one that begins a frame. */
function jpegSize(bytes: Uint8Array, view: DataView): ImageSize | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 < bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
  }
  return null;
}

function webpSize(_bytes: Uint8Array, view: DataView): ImageSize | null {
  if (view.getUint32(0) !== 0x52494646 || view.getUint32(8) !== 0x57454250) return null;
  const kind = view.getUint32(12);
  const at24 = (offset: number): number => view.getUint16(offset, true) + (view.getUint8(offset + 2) << 16);
  if (kind === 0x56503858) return { width: at24(24) + 1, height: at24(27) + 1 };
  if (kind === 0x56503820) return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind !== 0x5650384c) return null;
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
