export type Bell = ReturnType<typeof createBell>;

/** Rings that come before anybody waits are not lost, and many are one. */
export function createBell(signal: AbortSignal) {
  let rung = false;
  let wake: (() => void) | null = null;
  const ring = () => {
    rung = true;
    wake?.();
  };
  return {
    ring,
    /** Whether it was a ring that ended the waiting. */
    async wait(atMostMs: number): Promise<boolean> {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, atMostMs);
          function done() {
            clearTimeout(timer);
            signal.removeEventListener("abort", done);
            wake = null;
            resolve();
          }
          wake = done;
          signal.addEventListener("abort", done);
        });
      }
      const hasRung = rung;
      rung = false;
      return hasRung;
    },
  };
}
