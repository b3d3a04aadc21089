import { fail, ok, type Result } from "#lib/result.ts";

/** Streams open at once: in this process, from one address, and from one address on one run. A class behind one address passes. */
const most = { all: 4000, address: 250, run: 80 };

export type StreamRoom = { enter(address: string, run: string, ending: AbortSignal): Result<void> };

/** Each open stream costs memory and questions to the database for as long as its reader likes; this bounds how many there are. */
export function createStreamRoom(limits = most): StreamRoom {
  const open = new Map<string, number>();
  return {
    enter(address, run, ending) {
      const keys = [
        ["all", limits.all],
        [address, limits.address],
        [`${address} ${run}`, limits.run],
      ] as const;
      if (keys.some(([key, limit]) => (open.get(key) ?? 0) >= limit))
        return fail("too_many", "Too many pages follow runs from your address. Close some, or try again in a moment.", { retryAfterSeconds: 15 });
      for (const [key] of keys) open.set(key, (open.get(key) ?? 0) + 1);
      ending.addEventListener(
        "abort",
        () => {
          for (const [key] of keys) {
            const left = (open.get(key) ?? 1) - 1;
            if (left > 0) open.set(key, left);
            else open.delete(key);
          }
        },
        { once: true },
      );
      return ok(undefined);
    },
  };
}
