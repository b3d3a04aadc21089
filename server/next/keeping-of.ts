/** How long a browser keeps what it read of a version: that never changes, while who may read it may; one's own files do change. */
export function keepingOf(commit: string): string {
  return /^[0-9a-f]{40,64}$/.test(commit) ? "private, max-age=3600" : "private, no-cache";
}
