import { type Health, partNames } from "#lib/gateway/health.ts";
import type { Metric } from "#lib/operation/print-metrics.ts";
import { liveEngines } from "#server/live-engines.ts";
import type { Store } from "#server/ports/store.ts";

type FiguresStore = Pick<Store, "readFigures" | "listEngines" | "listOpenLabs">;
type Engines = Awaited<ReturnType<typeof liveEngines>>;

/** Everything that operators watch. While the database is away: how the parts are, and this process. */
export async function collectMetrics(store: FiguresStore, health: Health, now: Date): Promise<readonly Metric[]> {
  const rows = await liveEngines(store, now)
    .then(async (engines) => [...(await fromRows(store, engines, now)), ...fromEngines(engines)])
    .catch(() => []);
  return [...fromHealth(health), ...fromProcess(), ...rows];
}

const gauge = (name: string, help: string, samples: Metric["samples"]): Metric => ({ name, help, type: "gauge", samples });

async function fromRows(store: FiguresStore, engines: Engines, now: Date): Promise<Metric[]> {
  const [{ sessions, queue, labs, lastHour }, open] = await Promise.all([store.readFigures(now), store.listOpenLabs(null)]);
  const measured = [
    ...open.flatMap(({ id, usage }) => (usage ? [{ labels: { kind: "lab", session: id as string }, usage }] : [])),
    ...engines.flatMap(({ details }) =>
      Object.entries(details.usage?.runs.each ?? {}).map(([session, usage]) => ({ labels: { kind: "run", session }, usage })),
    ),
  ];
  const byState = (value: (one: (typeof lastHour)[number]) => number, more: Record<string, string> = {}) =>
    lastHour.map((one) => ({ value: value(one), labels: { state: one.state, ...more } }));
  return [
    gauge(
      "sheaf_sessions",
      "Runs and labs that wait or go on.",
      sessions.map(({ kind, state, count }) => ({ value: count, labels: { kind, state } })),
    ),
    gauge("sheaf_queue_length", "Runs that wait for an engine.", [{ value: queue.length }]),
    gauge("sheaf_queue_oldest_seconds", "How long the first of them has waited.", [{ value: queue.oldestSeconds }]),
    gauge(
      "sheaf_session_memory_bytes",
      "Memory of each lab and each run that goes on, as last measured.",
      measured.map(({ labels, usage }) => ({ value: usage.memoryBytes, labels })),
    ),
    gauge(
      "sheaf_session_cpu_seconds",
      "Processor time of each lab and each run that goes on, since it began.",
      measured.map(({ labels, usage }) => ({ value: usage.cpuSeconds, labels })),
    ),
    gauge("sheaf_labs_memory_bytes", "Memory of the labs that run, as last measured.", [{ value: labs.memoryBytes }]),
    gauge("sheaf_labs_cpu_seconds", "Processor time of the labs that run, since each began.", [{ value: labs.cpuSeconds }]),
    gauge(
      "sheaf_runs_ended_last_hour",
      "Runs that ended within the last hour, without trials and kept answers.",
      byState((one) => one.count),
    ),
    gauge("sheaf_run_duration_last_hour_seconds", "From start to end, of runs that ended within the last hour.", [
      ...byState((one) => one.median, { quantile: "0.5" }),
      ...byState((one) => one.p95, { quantile: "0.95" }),
    ]),
  ];
}

function fromEngines(engines: Engines): Metric[] {
  const each = (value: (details: (typeof engines)[number]["details"]) => number | undefined) =>
    engines.flatMap(({ id, details }) => {
      const found = value(details);
      return found === undefined ? [] : [{ value: found, labels: { engine: id, adapter: details.adapter } }];
    });
  return [
    gauge(
      "sheaf_engine_runs",
      "Runs that an engine works on.",
      each((details) => details.running),
    ),
    gauge(
      "sheaf_engine_capacity",
      "Runs that an engine works on at most.",
      each((details) => details.capacity),
    ),
    gauge(
      "sheaf_engine_labs",
      "Labs of an engine.",
      each((details) => details.labs?.running),
    ),
    gauge(
      "sheaf_engine_protected",
      "1 where everything holds that keeps visitors' programs apart.",
      each((details) => Number(details.safeForVisitors)),
    ),
    gauge(
      "sheaf_kernels_warm",
      "Kernels that wait started.",
      engines.flatMap(({ id, details }) => Object.entries(details.warm).map(([language, value]) => ({ value, labels: { engine: id, language } }))),
    ),
    gauge(
      "sheaf_runs_memory_bytes",
      "Memory of the kernels of runs, as last measured.",
      each((details) => details.usage?.runs.memoryBytes),
    ),
    gauge(
      "sheaf_runs_cpu_seconds",
      "Processor time of the kernels of runs that go on, since each began.",
      each((details) => details.usage?.runs.cpuSeconds),
    ),
  ];
}

function fromHealth({ parts }: Health): Metric[] {
  const known = partNames.flatMap((part) => (parts[part] === undefined ? [] : [{ part, ...parts[part] }]));
  return [
    gauge(
      "sheaf_part_ready",
      "1 where a part of the house is ready or degraded.",
      known.map(({ part, state }) => ({ value: Number(state === "ready" || state === "degraded"), labels: { part, state } })),
    ),
    {
      name: "sheaf_part_restarts_total",
      help: "How often the supervisor started a part again.",
      type: "counter",
      samples: known.flatMap(({ part, restarts }) => (restarts === undefined ? [] : [{ value: restarts, labels: { part } }])),
    },
  ];
}

function fromProcess(): Metric[] {
  const { user, system } = process.cpuUsage();
  return [
    gauge("process_resident_memory_bytes", "Memory of the gateway.", [{ value: process.memoryUsage.rss() }]),
    { name: "process_cpu_seconds_total", help: "Processor time of the gateway.", type: "counter", samples: [{ value: (user + system) / 1e6 }] },
  ];
}
