/**
 * How long a browser keeps what it read of a version. A version never changes, while who may read it may: after an hour it
 * is asked for again. Files of one's own, and what is "newest", do change, and are kept nowhere.
 */
export function keepingOf(commit: string): string {
  return /^[0-9a-f]{40,64}$/.test(commit) ? "private, max-age=3600, immutable" : "private, no-store";
}
