import type { CellResult, RunEvent } from "#lib/domain/run.ts";

/** What a reader is told when a run begins anew: what it showed until now is taken back. */
export function queuedAgain(shown: readonly CellResult[], at: number): RunEvent[] {
  return [
    ...shown.filter((cell) => cell.outputs.length > 0).map(({ index }): RunEvent => ({ type: "clear", index })),
    { type: "state", state: "queued", at, phase: "The server was restarted: this run begins again" },
  ];
}
