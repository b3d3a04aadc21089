export type FigureStamp = {
  /** What the figure belongs to. */
  readonly title: string;
  /** The run's whole address, its id in it. */
  readonly source: string;
  /** The worksheet's commit; null where it is not known yet. */
  readonly commit: string | null;
};

const encoder = new TextEncoder();
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/** A figure that says inside itself where it is from. What is broken, or has no place for words, comes back as it was. */
export function stampFigure(type: string, bytes: Uint8Array<ArrayBuffer>, stamp: FigureStamp): Uint8Array<ArrayBuffer> {
  if (type === "image/png") return stampPng(bytes, stamp);
  if (type === "image/jpeg") return stampJpeg(bytes, stamp);
  if (type !== "image/svg+xml") return bytes;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const stamped = stampSvg(text, stamp);
  return stamped === text ? bytes : encoder.encode(stamped);
}

/** Text chunks before the first of the pixels. */
export function stampPng(bytes: Uint8Array<ArrayBuffer>, stamp: FigureStamp): Uint8Array<ArrayBuffer> {
  const place = placeInPng(bytes);
  return place === null ? bytes : joined([bytes.subarray(0, place), ...fieldsOf(stamp).map(([key, text]) => textChunk(key, text)), bytes.subarray(place)]);
}

/** A comment after what must come first. */
export function stampJpeg(bytes: Uint8Array<ArrayBuffer>, stamp: FigureStamp): Uint8Array<ArrayBuffer> {
  const place = placeInJpeg(bytes);
  if (place === null) return bytes;
  const words = encoder.encode(
    fieldsOf(stamp)
      .map(([key, text]) => `${key}: ${text}`)
      .join("\n"),
  );
  const head = new Uint8Array([0xff, 0xfe, (words.length + 2) >> 8, (words.length + 2) & 255]);
  return joined([bytes.subarray(0, place), head, words, bytes.subarray(place)]);
}

/** Metadata as the root's first child. */
export function stampSvg(text: string, stamp: FigureStamp): string {
  const root = rootOfSvg(text);
  if (!root) return text;
  const [[, title], [, source], [, software]] = fieldsOf(stamp);
  const name = `${root.prefix}metadata`;
  const inner = `<dc:title>${escaped(title)}</dc:title><dc:source>${escaped(source)}</dc:source><dc:description>${escaped(software)}</dc:description>`;
  return `${text.slice(0, root.end)}<${name} xmlns:dc="http://purl.org/dc/elements/1.1/">${inner}</${name}>${text.slice(root.end)}`;
}

type Fields = readonly [readonly ["Title", string], readonly ["Source", string], readonly ["Software", string]];

function fieldsOf({ title, source, commit }: FigureStamp): Fields {
  return [
    ["Title", plain(title)],
    ["Source", plain(source)],
    ["Software", commit === null ? "Sheaf" : `Sheaf, worksheet version ${plain(commit)}`],
  ];
}

/** One line, of signs that XML and a text chunk may hold. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it.
  return [...text.slice(0, 1000).replaceAll(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]+/g, " ")]
    .map((sign) => (/^[\ud800-\udfff]$/.test(sign) ? "\ufffd" : sign))
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Where the first IDAT begins in a file whose chunks reach from IHDR to IEND. */
function placeInPng(bytes: Uint8Array): number | null {
  if (!pngSignature.every((byte, index) => bytes[index] === byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let place: number | null = null;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (at + 12 + length > bytes.length || (at === 8) !== (type === 0x49484452)) return null;
    if (type === 0x49444154) place ??= at;
    if (type === 0x49454e44) return place;
    at += 12 + length;
  }
  return null;
}

/** After the application segments at the beginning: JFIF and Exif must stand there. Null where no scan follows. */
function placeInJpeg(bytes: Uint8Array): number | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  let place: number | null = null;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < 2 || at + 2 + length > bytes.length) return null;
    if (marker < 0xe0 || marker > 0xef) place ??= at;
    if (marker === 0xda) return place;
    at += 2 + length;
  }
  return null;
}

/** Keyword, no compression, no language, no translated keyword, then the text. */
function textChunk(keyword: string, text: string): Uint8Array<ArrayBuffer> {
  const data = encoder.encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(data.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length - 4);
  chunk.set(data, 4);
  view.setUint32(data.length + 4, crcOf(data));
  return chunk;
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Where the root's start tag ends, past declaration, comments and document type; null where there is none that holds something. */
function rootOfSvg(text: string): { readonly prefix: string; readonly end: number } | null {
  let at = 0;
  for (;;) {
    at = text.indexOf("<", at);
    if (at < 0) return null;
    const skipped = text.startsWith("<!--", at) ? ["<!--", "-->"] : text.startsWith("<?", at) ? ["<?", "?>"] : null;
    if (skipped) {
      const [open = "", close = ""] = skipped;
      const end = text.indexOf(close, at + open.length);
      if (end < 0) return null;
      at = end + close.length;
    } else if (text.startsWith("<!", at)) {
      const end = endOfTag(text, at, true);
      if (end === null) return null;
      at = end;
    } else break;
  }
  const name = /^<([A-Za-z_][\w.-]{0,50}:)?svg(?=[\s>/])/.exec(text.slice(at, at + 80));
  const end = name && endOfTag(text, at, false);
  return name && end && text[end - 2] !== "/" ? { prefix: name[1] ?? "", end } : null;
}

/** Behind the ">" that is in no quotes, and for a document type in no brackets. */
function endOfTag(text: string, start: number, brackets: boolean): number | null {
  let quote = "";
  let depth = 0;
  for (let at = start + 1; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (quote) quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (brackets && sign === "[") depth++;
    else if (brackets && sign === "]") depth--;
    else if (sign === ">" && depth <= 0) return at + 1;
  }
  return null;
}
