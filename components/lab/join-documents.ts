import type { ToJoin } from "#lib/domain/lab.ts";

/** The text in which nothing of either side is lost; null where that takes two files. Fetched when it is first needed. */
export async function joinDocuments({ path, base, ours, theirs }: ToJoin): Promise<string | null> {
  const { mergeFile } = await import("#lib/project/merge-file.ts");
  const bytes = (text: string) => new TextEncoder().encode(text);
  const merged = mergeFile(path, base === null ? null : bytes(base), bytes(ours), bytes(theirs));
  return merged.keepBeside ? null : new TextDecoder().decode(merged.content);
}
