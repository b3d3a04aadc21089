/** A process that lived this long was well: its next failure is a first one. */
const wellAfterMs = 60_000;
const longestMs = 15_000;

export type BackOff = { failures: number; waitMs: number };

export function nextBackOff(failures: number, livedMs: number): BackOff {
  const counted = livedMs >= wellAfterMs ? 1 : failures + 1;
  return { failures: counted, waitMs: Math.min(longestMs, 200 * 2 ** (counted - 1)) };
}
