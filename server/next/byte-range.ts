/** A part of a file, `end` exclusive; "none" where the whole is answered. */
export type ByteRange = "none" | "unsatisfiable" | { readonly start: number; readonly end: number };

/** One range of bytes (RFC 9110, 14.2). Several at once, other units, and a range of what the file was before, are answered by the whole. */
export function byteRange(headers: Headers, etag: string, totalBytes: number): ByteRange {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get("range")?.trim() ?? "");
  const condition = headers.get("if-range");
  if (!parts || (condition !== null && condition !== etag)) return "none";
  const [first = "", last = ""] = parts.slice(1);
  if (first === "" && last === "") return "none";
  // "-500" are the last 500.
  const start = first === "" ? Math.max(0, totalBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? totalBytes : Math.min(totalBytes, Number(last) + 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return "none";
  return start < end ? { start, end } : "unsatisfiable";
}
