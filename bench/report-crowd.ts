import { largestOvertaking, measureCrowd } from "./measure-crowd.ts";
import { pause } from "./measure-runs.ts";
import { against } from "./report.ts";
import type { Bench } from "./run.ts";
import { median, milliseconds, quantile, table } from "./statistics.ts";

const people = 50;

/** (e) Fifty people press Run in the same moment. */
export async function reportCrowd({ server, visitor, report }: Bench): Promise<void> {
  await pause(10_000);
  const { id } = await visitor.json<{ id: string }>("GET", "/api/v1/worksheets/genetic-drift-in-a-wright-fisher-population");
  const began = performance.now();
  const visits = await measureCrowd(server, id, people, (person) => ({ population_size: 40, seed: 5000 + person }));
  const took = performance.now() - began;
  const done = visits.filter((visit) => visit.state === "done").length;
  const row = (name: string, samples: readonly number[]) => [
    name,
    milliseconds(quantile(samples, 0)),
    milliseconds(median(samples)),
    milliseconds(quantile(samples, 1)),
  ];
  const overtaken = largestOvertaking(visits);
  report.add(
    `${people} people press Run at once`,
    `Each with a cookie, an address and values of their own, on wright-fisher-drift. All ${people} runs were over after ${milliseconds(took)}, ${(people / (took / 1000)).toFixed(1)} a second.`,
    table(
      ["time from the press", "shortest", "median", "longest"],
      [
        row(
          "accepted, with a place in the queue",
          visits.map((visit) => visit.acceptedMs),
        ),
        row(
          "begun",
          visits.map((visit) => visit.startedMs),
        ),
        row(
          "all outputs there",
          visits.map((visit) => visit.doneMs),
        ),
      ],
    ),
    [
      `- ${against(`everybody is answered (${done} of ${people} done)`, done === people)}`,
      `- ${against(`the queue is fair: nobody was served more than four places away from the order of asking (largest: ${overtaken})`, overtaken <= 4)}`,
      `- ${against("the place in the queue is told to those who wait", visits.filter((visit) => visit.positions.length > 0).length >= people / 2)}`,
    ].join("\n"),
  );
}
