/** Where a run's time goes: milliseconds since it was queued, at each step; for the log alone. */
export type RunTrace = { mark(step: string): void; readonly marks: Readonly<Record<string, number>> };

export function createRunTrace(queuedAt: Date): RunTrace {
  const marks: Record<string, number> = {};
  return {
    mark(step) {
      marks[step] = Date.now() - queuedAt.getTime();
    },
    marks,
  };
}
