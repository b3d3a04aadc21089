/** What a reader of chunks makes of the bytes that came: pieces of the body, and where the body has ended what follows it. */
export type ChunkReading = { readonly pieces: Uint8Array[]; readonly rest: Uint8Array | null } | "broken";
export type ChunkReader = (bytes: Uint8Array) => ChunkReading;

/** Sizes, their extensions and trailers are told in lines; longer ones are nobody's. */
const longestLine = 4096;
const trailersAtMost = 64;
const sizeLine = /^([0-9a-fA-F]{1,13})[ \t]*(?:;.*)?$/;
const [carriageReturn, lineFeed] = [13, 10];

/** Reads the chunked coding (RFC 9112, 7.1) as it arrives, in whatever parts. Trailers are left out. */
export function createChunkReader(): ChunkReader {
  let state: "size" | "data" | "after" | "trailers" = "size";
  let left = 0;
  let line = "";
  let trailers = 0;

  /** A line that has ended with CR LF; null where more has to come, false where it is no line. */
  const readLine = (bytes: Uint8Array, from: number): { text: string; next: number } | null | false => {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === lineFeed) {
        if (!line.endsWith("\r")) return false;
        const text = line.slice(0, -1);
        line = "";
        return { text, next: at + 1 };
      }
      if (line.endsWith("\r") || line.length >= longestLine || (byte < 32 && byte !== 9 && byte !== carriageReturn)) return false;
      line += String.fromCharCode(byte);
    }
    return null;
  };

  return (bytes) => {
    const pieces: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (state === "data") {
        const part = bytes.subarray(at, at + left);
        pieces.push(part);
        at += part.length;
        left -= part.length;
        if (left === 0) state = "after";
        continue;
      }
      const read = readLine(bytes, at);
      if (read === false) return "broken";
      if (read === null) break;
      at = read.next;
      if (state === "after") {
        if (read.text !== "") return "broken";
        state = "size";
      } else if (state === "trailers") {
        if (read.text === "") return { pieces, rest: bytes.subarray(at) };
        if (++trailers > trailersAtMost) return "broken";
      } else {
        const size = sizeLine.exec(read.text)?.[1];
        if (size === undefined) return "broken";
        left = Number.parseInt(size, 16);
        state = left === 0 ? "trailers" : "data";
      }
    }
    return { pieces, rest: null };
  };
}
