import type { SheafClient } from "#tests/sheaf-client.ts";

export type RunTiming = {
  /** From sending the request to the first output, the last one, and the end of the stream. */
  readonly firstOutputMs: number;
  readonly lastOutputMs: number;
  readonly endMs: number;
  /** What the engine says the cells took, kernel messages included. */
  readonly cellsMs: number;
};

/** Presses Run as a program does and reads the events as they come. */
export async function timeRun(client: SheafClient, worksheetId: string, values: Readonly<Record<string, unknown>>): Promise<RunTiming> {
  const began = performance.now();
  const started = await client.startRun(worksheetId, values, true);
  let firstOutputMs = 0;
  let lastOutputMs = 0;
  let failed: string | null = null;
  for await (const { event } of client.follow(started.id)) {
    if (event.type === "output" || event.type === "replace") lastOutputMs = performance.now() - began;
    firstOutputMs ||= lastOutputMs;
    if (event.type === "state" && event.state === "failed") failed = event.error?.message ?? "failed";
  }
  const endMs = performance.now() - began;
  const run = await client.run(started.id);
  if (failed !== null || run.state !== "done") throw new Error(`The run ended as ${run.state}: ${failed}`);
  return { firstOutputMs, lastOutputMs, endMs, cellsMs: run.record?.durationMs.cells ?? Number.NaN };
}

/** The same values once more: from sending the request to having all outputs in hand. */
export async function timeCachedAnswer(client: SheafClient, worksheetId: string, values: Readonly<Record<string, unknown>>): Promise<number> {
  const began = performance.now();
  const started = await client.startRun(worksheetId, values);
  const run = await client.run(started.id);
  const took = performance.now() - began;
  if (!started.cached || run.state !== "done" || run.cells.length === 0) throw new Error("The answer did not come from the cache.");
  return took;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
