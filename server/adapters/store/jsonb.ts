import { type SQL, sql } from "drizzle-orm";

/**
 * JSON as the database takes it: it refuses NUL and lone surrogates, which a notebook's output may well hold.
 * Both become U+FFFD, the mark of an unreadable character.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes surrogates only where they stand alone, so that the pairs of an emoji are not touched.
  return /\\u(?:0000|d[89a-f])/.test(text)
    ? text.replace(/\\(?:u([0-9a-f]{4})|.)/g, (sequence, code?: string) => (code === "0000" || /^d[89a-f]/.test(code ?? "") ? "\\ufffd" : sequence))
    : text;
}

export function jsonb(value: unknown): SQL {
  return sql`${jsonText(value)}::jsonb`;
}
