import type { LabChange } from "#server/ports/store.ts";
import type { UpdateProgress } from "#server/usecases/update-files.ts";

/** As often as somebody who waits wants to hear it. */
const everyMs = 500;
/** Fewer are made before anybody could read how many. */
const fewest = 500;

/** Tells in a lab's row how many of its files are made. */
export function tellProgress(change: (what: LabChange) => Promise<unknown>, now: () => Date): UpdateProgress {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const at = now().getTime();
    if (total < fewest || at - saidAt < everyMs) return;
    saidAt = at;
    // Whoever waits hears the next one.
    void change({ progress: { done, total } }).catch(() => {});
  };
}
