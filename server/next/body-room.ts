import { fail, type Result } from "#lib/result.ts";

export type BodyRoom = { hold<T>(bytes: number, whom: string, read: () => Promise<Result<T>>): Promise<Result<T>> };
type Waiting = { readonly bytes: number; readonly whom: string; readonly enter: () => void };

/**
 * Bounds the large bodies that are in memory at once: who finds no room waits a little while, unread. One sender holds
 * half at most, so that somebody who sends slowly on purpose does not keep all others out.
 */
export function createBodyRoom({ totalBytes, waitMs }: { readonly totalBytes: number; readonly waitMs: number }): BodyRoom {
  const held = new Map<string, number>();
  let waiting: Waiting[] = [];
  const sum = () => [...held.values()].reduce((bytes, more) => bytes + more, 0);
  // One that is larger than all the room is let in when it is alone.
  const fits = (bytes: number, whom: string) => {
    const own = held.get(whom) ?? 0;
    return (sum() === 0 || sum() + bytes <= totalBytes) && (own === 0 || own + bytes <= totalBytes / 2);
  };
  const enter = (bytes: number, whom: string) => held.set(whom, (held.get(whom) ?? 0) + bytes);
  const leave = (bytes: number, whom: string) => {
    const left = (held.get(whom) ?? 0) - bytes;
    if (left > 0) held.set(whom, left);
    else held.delete(whom);
    for (const next of [...waiting]) if (fits(next.bytes, next.whom)) next.enter();
  };
  const wait = (bytes: number, whom: string): Promise<boolean> =>
    new Promise((resolve) => {
      const settle = (entered: boolean) => {
        clearTimeout(timer);
        waiting = waiting.filter((one) => one !== mine);
        if (entered) enter(bytes, whom);
        resolve(entered);
      };
      const mine = { bytes, whom, enter: () => settle(true) };
      const timer = setTimeout(() => settle(false), waitMs);
      waiting.push(mine);
    });

  return {
    async hold(bytes, whom, read) {
      if (fits(bytes, whom)) enter(bytes, whom);
      else if (!(await wait(bytes, whom))) return fail("unavailable", "Many files are being sent just now. Try again in a moment.", { retryAfterSeconds: 5 });
      try {
        return await read();
      } finally {
        leave(bytes, whom);
      }
    },
  };
}
