import { stopOwnEngine } from "#tests/docker-engine.ts";
import { prepareContainers } from "#tests/prepare-machine.ts";
import { type Adapter, type AdapterFigures, measureAdapter, measureKernels } from "./measure-adapters.ts";
import { against } from "./report.ts";
import type { Bench } from "./run.ts";
import { median, megabytes, milliseconds, quantile, table } from "./statistics.ts";

const words: Readonly<Record<Adapter, string>> = { process: "processes", docker: "containers", swarm: "containers of a swarm, one node" };
const kernelsOfEach = 7;

/** The same worksheet on each adapter of the kernels port. */
export async function reportAdapters({ report }: Pick<Bench, "report">): Promise<void> {
  const problem = await prepareContainers();
  if (problem !== null) {
    report.add("Processes and containers", `Not measured: ${problem}.`);
    return;
  }
  try {
    const adapters: readonly Adapter[] = ["process", "docker", "swarm"];
    const figures = new Map<Adapter, AdapterFigures>();
    for (const adapter of adapters) figures.set(adapter, await measureAdapter(adapter));
    const costs = await measureKernels(["process", "docker"], kernelsOfEach);
    const [bare, contained] = [costs.get("process"), costs.get("docker")];
    const first = ({ firstOutputMs }: { firstOutputMs: number }) => firstOutputMs;
    report.add(
      "Processes and containers",
      "wright-fisher-drift as a visitor over REST, in a house of its own for each adapter, medians of 5. From the press to the first output (to the last one): cold, no kernel waits; warm, one does; cached, the same values again. A crowd: everybody presses at once with values of their own, until the last has all outputs.",
      table(
        ["kernels are", "cold", "warm", "cached", ...(figures.get("process")?.crowds.map(({ people }) => `${people} at once`) ?? [])],
        [...figures].map(([adapter, { cold, warm, cachedMs, crowds }]) => [
          words[adapter],
          `${milliseconds(median(cold.map(first)))} (${milliseconds(median(cold.map(({ lastOutputMs }) => lastOutputMs)))})`,
          `${milliseconds(median(warm.map(first)))} (${milliseconds(median(warm.map(({ lastOutputMs }) => lastOutputMs)))})`,
          milliseconds(median(cachedMs)),
          ...crowds.map(
            ({ tookMs, visits }) => `${milliseconds(tookMs)}, begun after ${milliseconds(median(visits.map(({ startedMs }) => startedMs)))} in the middle`,
          ),
        ]),
      ),
      ...(bare && contained
        ? [
            `A Python kernel from the call to its first answer, ${kernelsOfEach} of each in turn: ${milliseconds(median(bare.startMs))} as a process, ${milliseconds(median(contained.startMs))} in a container: ${milliseconds(median(contained.startMs) - median(bare.startMs))} more. It holds ${megabytes(median(bare.bytes))} and ${megabytes(median(contained.bytes))}, ${megabytes(median(contained.bytes) - median(bare.bytes))} more, each with what keeps it shut in (longest starts: ${milliseconds(quantile(bare.startMs, 1))}, ${milliseconds(quantile(contained.startMs, 1))}).`,
          ]
        : []),
      [...figures]
        .flatMap(([adapter, { crowds }]) =>
          crowds.map(({ people, visits }) => ({ adapter, people, done: visits.filter(({ state }) => state === "done").length })),
        )
        .map(({ adapter, people, done }) => `- ${against(`${people} at once on ${words[adapter]}: everybody is answered (${done} done)`, done === people)}`)
        .join("\n"),
    );
  } finally {
    await stopOwnEngine();
  }
}
