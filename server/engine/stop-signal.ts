import type { KernelExit } from "#server/ports/kernels.ts";

/** Why a run ends before its last cell did; the first reason counts. */
export type Stop =
  | { readonly kind: "cancelled" }
  | { readonly kind: "timeout" }
  | { readonly kind: "output_limit" }
  | { readonly kind: "exited"; readonly exit: KernelExit }
  /** This engine goes away: the run goes back to the queue. */
  | { readonly kind: "stopping" };

export type StopSignal = {
  set(stop: Stop): void;
  readonly stop: Stop | null;
  readonly stopped: Promise<Stop>;
};

export function createStopSignal(): StopSignal {
  const { promise, resolve } = Promise.withResolvers<Stop>();
  let first: Stop | null = null;
  return {
    set(stop) {
      first ??= stop;
      resolve(first);
    },
    get stop() {
      return first;
    },
    stopped: promise,
  };
}
