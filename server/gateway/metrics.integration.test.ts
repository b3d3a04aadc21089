import type http from "node:http";
import type { AddressInfo } from "node:net";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labs } from "#drizzle/schema/index.ts";
import type { EngineId, RunId } from "#lib/domain/ids.ts";
import type { Health } from "#lib/gateway/health.ts";
import { newId, randomText } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import { startRun } from "#server/usecases/start-run.ts";
import { siteOf } from "#tests/lab-visit.ts";
import { createWorld, person, type TestWorld, value } from "#tests/world.ts";
import { collectMetrics } from "./collect-metrics.ts";
import { createInternalServer } from "./internal-server.ts";
import type { LabDoor } from "./lab-door.ts";

let world: TestWorld;
let server: http.Server;
const since = new Date().toISOString();
const health: Health = {
  status: "degraded",
  live: true,
  ready: true,
  parts: { database: { state: "ready", since, restarts: 2 }, engine: { state: "restarting", since } },
};

beforeAll(async () => {
  world = await createWorld();
  server = createInternalServer({
    site: siteOf("http://sheaf.localhost:3000"),
    labs: { direct: async () => null } as unknown as LabDoor,
    log: createLogger("test", "fatal"),
    metrics: () => collectMetrics(world.store, health, new Date()),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

async function figures(): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

test("operators see what waits, what runs, how long it takes, and how the parts are", async () => {
  const ada = await world.user("ada", "author");
  const sheet = await world.worksheet(ada, "drift");
  await world.engine();
  const start = async (pop: number) => value(await startRun(world.as(person(ada, "ada")), { worksheetId: sheet.id, values: { pop }, fresh: true }));
  await start(1);
  await (await world.take()).finish();
  await start(2);
  const project = await world.store.findProject(sheet.projectSlug);
  const lab = { id: newId("lab"), userId: ada, projectId: project?.id ?? null, label: randomText(20), startedAt: new Date(), keptAt: null };
  await world.store.insertLab(lab);
  const usage = { memoryBytes: 120_000_000, limitBytes: 4e9, cpuSeconds: 2.5, cpus: 2 };
  await world.database.connection.db.update(labs).set({ state: "ready", usage }).where(eq(labs.id, lab.id));
  await world.store.reportEngine("two" as EngineId, new Date(), new Date(), {
    adapter: "docker",
    safeForVisitors: true,
    protections: [],
    environment: { name: "test", digest: "sha256:0" },
    warm: { python: 2 },
    running: 1,
    capacity: 4,
    usage: { runs: { memoryBytes: 3000, cpuSeconds: 1.5, each: { ["run_one" as RunId]: { memoryBytes: 3000, limitBytes: 4000, cpuSeconds: 1.5, cpus: 1 } } } },
  });
  const seen = await figures();
  expect(Object.fromEntries(seen)).toMatchObject({
    'sheaf_sessions{kind="run",state="queued"}': 1,
    'sheaf_sessions{kind="lab",state="ready"}': 1,
    sheaf_queue_length: 1,
    [`sheaf_session_memory_bytes{kind="lab",session="${lab.id}"}`]: 120_000_000,
    'sheaf_session_memory_bytes{kind="run",session="run_one"}': 3000,
    'sheaf_session_cpu_seconds{kind="run",session="run_one"}': 1.5,
    sheaf_labs_memory_bytes: 120_000_000,
    sheaf_labs_cpu_seconds: 2.5,
    'sheaf_runs_ended_last_hour{state="done"}': 1,
    'sheaf_engine_capacity{engine="two",adapter="docker"}': 4,
    'sheaf_kernels_warm{engine="two",language="python"}': 2,
    'sheaf_runs_memory_bytes{engine="two",adapter="docker"}': 3000,
    'sheaf_part_ready{part="database",state="ready"}': 1,
    'sheaf_part_ready{part="engine",state="restarting"}': 0,
    'sheaf_part_restarts_total{part="database"}': 2,
  });
  expect(seen.get('sheaf_run_duration_last_hour_seconds{state="done",quantile="0.95"}')).toBeGreaterThanOrEqual(0);
});

test("while the database is away the parts are told all the same", async () => {
  const metrics = await collectMetrics(
    { readFigures: () => Promise.reject(new Error("away")), listEngines: async () => [], listOpenLabs: async () => [] },
    health,
    new Date(),
  );
  expect(metrics.map(({ name }) => name)).toContain("sheaf_part_ready");
  expect(metrics.map(({ name }) => name)).not.toContain("sheaf_queue_length");
});
