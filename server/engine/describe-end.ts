import type { RunError, RunState } from "#lib/domain/run.ts";
import type { RunLimits } from "#server/config.ts";
import type { KernelExit } from "#server/ports/kernels.ts";
import type { Stop } from "./stop-signal.ts";

export type RunEnd = { readonly state: Extract<RunState, "done" | "failed" | "cancelled">; readonly error: RunError | null };

/** What the person is told: what happened and what can be done about it. A stop of the engine itself is no end. */
export function describeEnd(
  stop: Exclude<Stop, { kind: "stopping" }> | null,
  cellError: RunError | null,
  limits: Pick<RunLimits, "seconds" | "memoryBytes">,
): RunEnd {
  if (stop === null) return cellError ? { state: "failed", error: cellError } : { state: "done", error: null };
  switch (stop.kind) {
    case "cancelled":
      return { state: "cancelled", error: null };
    case "timeout":
      return failed("timeout", `The run was stopped after ${spoken(limits.seconds)}, the longest it may take. Try values that need less work.`);
    case "output_limit":
      return failed("output_limit", "The run was stopped because it wrote more output than can be shown.");
    case "exited":
      return exited(stop.exit.reason, limits);
  }
}

function exited(reason: KernelExit["reason"], limits: Pick<RunLimits, "memoryBytes">): RunEnd {
  if (reason === "out_of_memory")
    return failed("out_of_memory", `The run needed more than the ${size(limits.memoryBytes)} of memory it may use. Try smaller values or a smaller file.`);
  if (reason === "disk_full") return failed("kernel_died", "The run wrote more files than there is room for, and was stopped.");
  if (reason === "lost")
    return failed(
      "server_restarted",
      "What runs kernels on this server was restarted twice while this was running. Nothing is wrong with your values: run it again.",
    );
  return failed("kernel_died", "The kernel ended unexpectedly while the worksheet ran. Run it again; if it happens every time, tell the author.");
}

function failed(kind: RunError["kind"], message: string): RunEnd {
  return { state: "failed", error: { kind, message } };
}

function spoken(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}

function size(bytes: number): string {
  return bytes >= 1024 ** 3 ? `${Math.round((bytes / 1024 ** 3) * 10) / 10} GB` : `${Math.round(bytes / 1024 ** 2)} MB`;
}
