import { setTimeout as sleep } from "node:timers/promises";
import type { RunError, RunEvent } from "#lib/domain/run.ts";
import { createCollector } from "#lib/worksheet/collect-outputs.ts";
import type { PlannedCell } from "#lib/worksheet/plan-run.ts";
import type { ExecuteReply, KernelClient } from "#server/jupyter/kernel-client.ts";
import type { StopSignal } from "./stop-signal.ts";

export type ExecuteCells = {
  readonly plan: readonly PlannedCell[];
  readonly client: KernelClient;
  readonly limitBytes: number;
  readonly signal: StopSignal;
  readonly emit: (event: RunEvent) => void;
};

const exitMs = 1000;
/** What widgets say to each other is shown to nobody, but read by us all the same. */
const unshownTimes = 5;

export type CellsOutcome = { readonly error: RunError | null; readonly cellsMs: number };

/** Executes the plan until a cell fails or something stops the run; what stopped it stands in the signal. */
export async function executeCells({ plan, client, limitBytes, signal, emit }: ExecuteCells): Promise<CellsOutcome> {
  const collector = createCollector({ limitBytes });
  const spent = new Map<number, number>();
  let cellsMs = 0;
  let unshownBytes = 0;
  for (const [position, cell] of plan.entries()) {
    if (signal.stop) break;
    const { index } = cell;
    emit({ type: "state", state: "running", at: Date.now(), cell: position + 1, of: plan.length });
    emit({ type: "cell", index, state: "running" });
    const began = performance.now();
    const executing = client.execute(cell.source, {
      onMessage: (message) => {
        const events = collector.message(index, { msg_type: message.type, content: message.content, metadata: message.metadata });
        for (const event of events) emit(event);
        if (events.length === 0) unshownBytes += message.bytes;
        if (collector.passed || unshownBytes > unshownTimes * limitBytes) signal.set({ kind: "output_limit" });
      },
    });
    const reply = await Promise.race([executing, signal.stopped.then(() => null)]);
    // A connection that was cut may also be a kernel that dies: its exit, which says why, is on its way then.
    if (reply?.outputsLost && reply.status === "aborted") await Promise.race([signal.stopped, sleep(exitMs)]);
    if (reply?.outputsLost) signal.set({ kind: "output_limit" });
    const tookMs = performance.now() - began;
    cellsMs += tookMs;
    // The injected values have the index of the parameters cell: the reader sees them as one.
    spent.set(index, (spent.get(index) ?? 0) + tookMs);
    const failed = reply?.status !== "ok";
    const count = reply?.executionCount ?? undefined;
    emit({
      type: "cell",
      index,
      state: failed ? "failed" : "done",
      durationMs: Math.round(spent.get(index) ?? 0),
      ...(count === undefined ? {} : { executionCount: count }),
    });
    if (reply?.status === "error" && !cell.mayFail) return { error: cellError(index, reply), cellsMs };
    // The connection was closed under it: the kernel is gone, and its exit says why.
    if (reply?.status === "aborted") await signal.stopped;
  }
  return { error: null, cellsMs };
}

function cellError(cell: number, reply: ExecuteReply): RunError {
  const name = reply.errorName?.slice(0, 200) || "Error";
  const [firstLine = ""] = (reply.errorMessage ?? "").trim().split("\n");
  const said = firstLine === "" ? name : `${name}: ${firstLine}`;
  return { kind: "cell", cell, name, message: `Cell ${cell + 1} stopped with an error. ${said.slice(0, 500)}` };
}
