/** How often each word stands in a source: all that is kept to compare it with many others. */
export type Likeness = { readonly words: ReadonlyMap<string, number>; readonly count: number };

const wordPattern = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
/** A cell longer than this is known by its beginning. */
const mostRead = 20_000;

export function measureLikeness(source: string): Likeness {
  const words = new Map<string, number>();
  let count = 0;
  for (const [word] of source.slice(0, mostRead).matchAll(wordPattern)) {
    words.set(word, (words.get(word) ?? 0) + 1);
    count++;
  }
  return { words, count };
}

/** From 0, nothing in common, to 1: what two sources share of all their words (Dice). Two empty ones are alike. */
export function likenessOf(one: Likeness, other: Likeness): number {
  if (one.count === 0 || other.count === 0) return one.count === other.count ? 1 : 0;
  // Sizes alone may tell that there is no need to look.
  if (2 * Math.min(one.count, other.count) < 0.2 * (one.count + other.count)) return 0;
  const [small, large] = one.words.size <= other.words.size ? [one.words, other.words] : [other.words, one.words];
  let shared = 0;
  for (const [word, times] of small) shared += Math.min(times, large.get(word) ?? 0);
  return (2 * shared) / (one.count + other.count);
}
