import type { Result } from "#lib/result.ts";
import { fail } from "#lib/result.ts";

/** Each holds a whole notebook in memory, a few hundred megabytes at worst. */
const atOnce = 4;
/** They hold nothing yet. */
const mostWaiting = 100;

type Turns = { going: number; readonly waiting: (() => void)[] };

/** One for all routes, though each may have loaded this module for itself. */
const key = Symbol.for("sheaf.notebooks-in-turn");
const place = globalThis as { [key]?: Turns };

/** Reads and prepares few notebooks at a time: whoever asks for many at once must not fill the memory of all. */
export async function inTurn<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  place[key] ??= { going: 0, waiting: [] };
  const turns = place[key];
  if (turns.waiting.length >= mostWaiting)
    return fail("unavailable", "Several large notebooks are being prepared right now. Try again in a moment.", { retryAfterSeconds: 5 });
  // Whoever ends hands the turn on, so that nobody slips in between.
  if (turns.going < atOnce) turns.going++;
  else await new Promise<void>((resolve) => turns.waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = turns.waiting.shift();
    if (next) next();
    else turns.going--;
  }
}
