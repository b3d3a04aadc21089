import type { RunEvent } from "#lib/domain/run.ts";
import { createClient } from "#tests/sheaf-client.ts";
import type { SheafServer } from "#tests/sheaf-server.ts";

export type Visit = {
  /** In the order in which the server took the runs. */
  readonly asked: number;
  readonly acceptedMs: number;
  readonly startedMs: number;
  readonly doneMs: number;
  readonly state: string;
  readonly positions: readonly number[];
};

/** Everybody presses Run in the same moment, each with a browser, an address and values of their own. */
export async function measureCrowd(
  server: SheafServer,
  worksheetId: string,
  people: number,
  valuesOf: (person: number) => Readonly<Record<string, unknown>>,
): Promise<Visit[]> {
  const began = performance.now();
  const visits = await Promise.all(
    Array.from({ length: people }, async (_, person) => {
      const client = createClient({ port: server.port, publicUrl: server.publicUrl, address: `10.50.0.${person + 1}` });
      const started = await client.startRun(worksheetId, valuesOf(person), true);
      const acceptedMs = performance.now() - began;
      let startedMs = Number.NaN;
      const positions: number[] = [];
      for await (const { event } of client.follow(started.id)) {
        positions.push(...positionOf(event));
        if (Number.isNaN(startedMs) && isUnderWay(event)) startedMs = performance.now() - began;
      }
      const doneMs = performance.now() - began;
      const run = await client.run(started.id);
      return { acceptedMs, startedMs, doneMs, state: run.state, positions, queuedAt: Date.parse(run.queuedAt) };
    }),
  );
  return visits.sort((a, b) => a.queuedAt - b.queuedAt).map((visit, asked) => ({ ...visit, asked }));
}

/** The longest way anybody was pushed back or let forward against the order of asking, in places. */
export function largestOvertaking(visits: readonly Visit[]): number {
  const served = [...visits].sort((a, b) => a.doneMs - b.doneMs);
  return Math.max(0, ...served.map((visit, place) => Math.abs(place - visit.asked)));
}

function positionOf(event: RunEvent): number[] {
  return event.type === "state" && event.state === "queued" && event.position !== undefined ? [event.position] : [];
}

function isUnderWay(event: RunEvent): boolean {
  return event.type === "state" && (event.state === "starting" || event.state === "running");
}
