import type { RunEvent } from "#lib/domain/run.ts";

/** What a reader is told when a run begins anew: what it showed until now is taken back. */
export function queuedAgain(said: readonly RunEvent[], at: number): RunEvent[] {
  const shown = new Set(said.flatMap((event) => (event.type === "output" ? [event.index] : [])));
  return [
    ...[...shown].map((index): RunEvent => ({ type: "clear", index })),
    { type: "state", state: "queued", at, phase: "The server was restarted: this run begins again" },
  ];
}
